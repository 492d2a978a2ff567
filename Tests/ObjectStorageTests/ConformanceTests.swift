import CatalogTestSupport
import Synchronization
import Testing

@testable import ObjectStorage

/// What the client promises, at a real store: see `Scripts/object_servers`.
@Suite("At a real store", .enabled(if: RealStore.endpoint != nil), .serialized)
struct ConformanceTests {
  /// Keys with everything that was ever spelled wrongly on the way. SeaweedFS makes a slash of a backslash.
  static let oddKeys: [[UInt8]] =
    (0x20...0x7E).filter { $0 != UInt8(ascii: "/") && (RealStore.isCeph || $0 != UInt8(ascii: "\\")) }
    .map { "odd/a\(Character(Unicode.Scalar(UInt8($0))))b".bytes }
    + [
      "hive/asset_name=bronze/asset_id=0%3D1/manifest.json", "odd/ü/é/e\u{301}", "odd/🦆", "odd/&amp;", "odd/%41%",
      "odd/a  b ",
      "odd/<a>]]>", "odd/+ +%2B", "odd/\u{7F}\u{80}", "odd/\u{2028}", "odd/a\tb", "odd/-._~!*'()", "odd/...",
    ].map(\.bytes)

  @Test("keys with every odd character are written, read, looked at and listed")
  func odd() throws {
    let store = try RealStore()
    for key in Self.oddKeys {
      let result = try store.bucket.put(key, key, if: .always)
      let object = try #require(try store.bucket.get(key, atMost: 1_000), "\(key)")
      #expect(object.bytes == key)
      #expect(result == .written(object.facts.version))
      #expect(try store.bucket.look(key) == object.facts)
    }
    let listed = try store.bucket.all("odd/".bytes) + store.bucket.all("hive/".bytes)
    let difference = Set(listed.map(\.key)).symmetricDifference(Self.oddKeys)
    #expect(difference.map { String(decoding: $0, as: UTF8.self) } == [])
    #expect(listed.count == Self.oddKeys.count)
    // The facts of a listing are those of the object.
    for facts in listed { #expect(try store.bucket.look(facts.key) == facts) }
    #expect(try store.bucket.list("od".bytes, from: .beginning, atMost: 1).objects.count == 1)
  }

  @Test("a listing of more than a page gives every key once")
  func paging() throws {
    let store = try RealStore()
    let keys = Set((0..<2_345).map { "k/asset_name=\($0 % 700)/asset_id=\($0)/manifest.json".bytes })
    let all = Array(keys)
    let failures = together(16) { number in
      var failures: [String] = []
      for index in stride(from: number, to: all.count, by: 16) {
        do { _ = try store.bucket.put(all[index], [1], if: .always) } catch { failures.append("\(error)") }
      }
      return failures
    }
    #expect(failures.flatMap { $0 } == [])
    for page in [1_000, 999, 100] {
      let listed = try store.bucket.all("k/".bytes, page: page)
      #expect(listed.count == keys.count)
      #expect(Set(listed.map(\.key)) == keys)
    }
    #expect(try store.bucket.all("k/asset_name=7/".bytes).count == 4)
    #expect(try store.bucket.all("nothing/".bytes) == [])
    let listed = try store.bucket.all("k/".bytes).map(\.key)
    let rest = try store.bucket.all("k/".bytes, from: .after(listed[1_500]))
    #expect(rest.map(\.key) == Array(listed[1_501...]))
  }

  @Test("conditions hold")
  func conditions() throws {
    let bucket = try RealStore().bucket
    let key = "a/b".bytes
    guard case .written(let first) = try bucket.put(key, [1], if: .absent) else {
      Issue.record("not written")
      return
    }
    #expect(try bucket.put(key, [2], if: .absent) == .conflict)
    guard case .written(let second) = try bucket.put(key, [3], if: .unchanged(first)) else {
      Issue.record("not written")
      return
    }
    #expect(try bucket.put(key, [4], if: .unchanged(first)) == .conflict)
    #expect(try bucket.put("a/c".bytes, [4], if: .unchanged(first)) == .conflict)
    #expect(try bucket.get(key, atMost: 9)?.facts.version == second)
    #expect(try bucket.get(key, atMost: 9)?.bytes == [3])
    #expect(try bucket.honoursConditions(rewriting: key, [3]))
    #expect(try bucket.get(key, atMost: 9)?.bytes == [3])
  }

  @Test("of eight who create one object, one succeeds", arguments: [false, true])
  func races(_ losesAnswers: Bool) throws {
    let count = Mutex(0)
    let proxy = try Proxy { request in
      guard request.method == "PUT", losesAnswers else { return .pass }
      // Every third PUT: its answer, and then the request itself.
      return
        switch count.withLock({
          $0 += 1; return $0 % 6
        })
      {
      case 0: .loseAnswer
      case 3: .loseRequest
      default: .pass
      }
    }
    let store = try RealStore()
    let bucket = try RealStore(like: store, proxy: proxy.server).bucket
    for round in 0..<4 {
      let key = "race/\(round)".bytes
      let results = together(8) { number in Result { try bucket.put(key, [UInt8(number)], if: .absent) } }
      let outcomes = try results.map { try $0.get() }
      #expect(outcomes.filter { $0 != .conflict }.count == 1)
    }
  }

  @Test("of eight who create one object of the same bytes, one succeeds")
  func sameBytes() throws {
    let bucket = try RealStore().bucket
    for round in 0..<8 {
      let key = "same/\(round)".bytes
      let results = together(8) { _ in Result { try bucket.put(key, [1], if: .absent) } }
      #expect(try results.map { try $0.get() }.filter { $0 != .conflict }.count == 1)
    }
  }

  @Test("a counter that is compared and swapped by four loses nothing", arguments: [false, true])
  func counter(_ losesAnswers: Bool) throws {
    let count = Mutex(0)
    let proxy = try Proxy { request in
      guard request.method == "PUT", losesAnswers else { return .pass }
      return
        switch count.withLock({
          $0 += 1; return $0 % 10
        })
      {
      case 0: .loseAnswer
      case 5: .loseRequest
      default: .pass
      }
    }
    let store = try RealStore()
    _ = try store.bucket.put("counter".bytes, "0 -".bytes, if: .absent)
    let bucket = try RealStore(like: store, proxy: proxy.server).bucket
    let faults = together(4) { thread in
      var faults: [String] = []
      for step in 0..<15 {
        do {
          // Bytes of one's own: see `ObjectStore.put`.
          while true {
            guard let object = try bucket.get("counter".bytes, atMost: 100) else {
              throw ObjectError(.malformed, "gone")
            }
            let number =
              String(decoding: object.bytes, as: UTF8.self).split(separator: " ").first.flatMap { Int($0) } ?? -1
            let next = "\(number + 1) \(thread)-\(step)".bytes
            if try bucket.put("counter".bytes, next, if: .unchanged(object.facts.version)) != .conflict { break }
          }
        } catch {
          faults.append("\(error)")
        }
      }
      return faults
    }
    #expect(faults.flatMap { $0 } == [])
    let text = String(decoding: try #require(try bucket.get("counter".bytes, atMost: 100)).bytes, as: UTF8.self)
    if losesAnswers {
      // A write whose answer was lost, and which others wrote over, is made once more; none is lost.
      #expect(try #require(text.split(separator: " ").first.flatMap { Int($0) }) >= 60)
    } else {
      #expect(text.hasPrefix("60 "))
    }
  }

  @Test("parts of objects are the parts")
  func ranges() throws {
    let bucket = try RealStore().bucket
    let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    guard case .written(let version) = try bucket.put("big".bytes, bytes, if: .always) else { return }
    #expect(try bucket.get("big".bytes, .from(10, count: 100), of: version)?.bytes == Array(bytes[10..<110]))
    #expect(try bucket.get("big".bytes, .from(99_990, count: 100), of: version)?.bytes == Array(bytes[99_990...]))
    #expect(try bucket.get("big".bytes, .from(100_000, count: 1), of: version)?.bytes == [])
    #expect(try bucket.get("big".bytes, .last(8), of: nil)?.bytes == Array(bytes.suffix(8)))
    #expect(try bucket.get("big".bytes, .last(8), of: nil)?.facts.size == 100_000)
    #expect(try bucket.get("big".bytes, atMost: 1_000)?.bytes == Array(bytes.prefix(1_000)))
    #expect(throws: ObjectError.self) { try bucket.get("big".bytes, .last(8), of: ObjectVersion(bytes: [1])) }
    _ = try bucket.put("empty".bytes, [], if: .always)
    #expect(try bucket.get("empty".bytes, atMost: 10)?.bytes == [])
    #expect(try bucket.get("empty".bytes, .from(0, count: 5), of: nil)?.bytes == [])
    #expect(try bucket.get("empty".bytes, .last(5), of: nil)?.bytes == [])
    #expect(try bucket.look("empty".bytes)?.size == 0)
    #expect(try bucket.get("none".bytes, .last(5), of: nil) == nil)
  }

  @Test("a missing object is told from a missing bucket")
  func missing() throws {
    let store = try RealStore()
    #expect(try store.bucket.get("none".bytes, atMost: 10) == nil)
    #expect(try store.bucket.look("none".bytes) == nil)
    let other = try RealStore.bucket("s3://no-such-bucket-\(store.name)", RealStore.variables)
    for call in [
      { _ = try other.get("a".bytes, atMost: 1) }, { _ = try other.look("a".bytes) },
      { _ = try other.list([], from: .beginning) }, { _ = try other.get("a".bytes, .last(1), of: nil) },
    ] as [() throws -> Void] {
      #expect { try call() } throws: { ($0 as? ObjectError)?.code == .noSuchBucket }
    }
    // SeaweedFS makes the bucket for whoever may.
    if RealStore.isCeph {
      #expect { try other.put("a".bytes, [1], if: .absent) } throws: { ($0 as? ObjectError)?.code == .noSuchBucket }
    }
  }

  @Test("a wrong secret and an unknown key are refused, which is no absence")
  func wrongKeys() throws {
    let store = try RealStore()
    let wrong = try RealStore(like: store, ["AWS_SECRET_ACCESS_KEY": "wrongsecret"]).bucket
    let unknown = try RealStore(like: store, ["AWS_ACCESS_KEY_ID": "unknown"]).bucket
    for bucket in [wrong, unknown] {
      for call in [
        { _ = try bucket.get("a".bytes, atMost: 1) }, { _ = try bucket.look("a".bytes) },
        { _ = try bucket.list([], from: .beginning) }, { _ = try bucket.put("a".bytes, [1], if: .always) },
      ] as [() throws -> Void] {
        #expect { try call() } throws: {
          ($0 as? ObjectError)?.code == .unknownCaller && !"\($0)".contains("wrongsecret")
        }
      }
    }
  }

  @Test("a clock that is wrong by hours is put right by the store's", arguments: [-7_200, 7_200])
  func clock(_ seconds: Int64) throws {
    let store = try RealStore()
    _ = try store.bucket.put("a".bytes, [1], if: .always)
    let skewed = try RealStore(like: store) { environment in
      let now = environment.now
      environment.now = { now() + seconds * 1_000_000_000 }
    }.bucket
    #expect(try skewed.look("a".bytes)?.size == 1)
    #expect(try skewed.get("a".bytes, atMost: 9)?.bytes == [1])
    #expect(try skewed.list([], from: .beginning).objects.count == 1)
    #expect(try skewed.put("b".bytes, [1], if: .absent) != .conflict)
  }

  @Test("bursts of 500 and 503, and lost answers, are passed over")
  func bursts() throws {
    let count = Mutex(0)
    let proxy = try Proxy { _ in
      switch count.withLock({
        $0 += 1; return $0 % 7
      }) {
      case 1: .answer(.error(503, "SlowDown"))
      case 2: .answer(.text(500, [:], ""))
      case 4: .loseAnswer
      case 5: .replace(.error(500, "InternalError"))
      default: .pass
      }
    }
    let store = try RealStore()
    let bucket = try RealStore(like: store, proxy: proxy.server).bucket
    for number in 0..<20 {
      let key = "k\(number)".bytes
      #expect(try bucket.put(key, key, if: .absent) != .conflict)
      #expect(try bucket.get(key, atMost: 100)?.bytes == key)
      #expect(try bucket.look(key)?.size == Int64(key.count))
    }
    #expect(try bucket.all(page: 3).count == 20)
  }

  @Test("a page that is cut off is no page")
  func truncated() throws {
    let cuts = Mutex(Int.max)
    let proxy = try Proxy { request in
      guard request.target.contains("list-type") else { return .pass }
      return cuts.withLock { cuts in
        cuts -= 1
        return cuts >= 0 ? .truncate(30) : .pass
      }
    }
    let store = try RealStore()
    for number in 0..<5 { _ = try store.bucket.put("k\(number)".bytes, [], if: .always) }
    let bucket = try RealStore(like: store, proxy: proxy.server).bucket
    #expect { try bucket.list([], from: .beginning) } throws: { ($0 as? ObjectError)?.code == .malformed }
    cuts.withLock { $0 = 2 }
    #expect(try bucket.list([], from: .beginning).objects.count == 5)
  }

  @Test("the bucket may stand in the name of the host")
  func virtualHost() throws {
    let store = try RealStore()
    _ = try store.bucket.put("a=b".bytes, [1], if: .always)
    let port = (RealStore.endpoint ?? "").split(separator: ":").last ?? ""
    let folder = try SettingsFolder([".aws/config": "[default]\ns3 =\n  addressing_style = virtual\n"])
    let changes = ["AWS_ENDPOINT_URL": "http://s3.localhost:\(port)", "HOME": folder.path]
    let bucket = try RealStore(like: store, changes).bucket
    #expect(!bucket.settings.usesPathStyle)
    #expect(try bucket.get("a=b".bytes, atMost: 9)?.bytes == [1])
    #expect(try bucket.list([], from: .beginning).objects.count == 1)
  }
}
