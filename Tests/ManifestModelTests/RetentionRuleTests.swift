import ManifestModel
import Testing

@Suite("Which runs may go")
struct RetentionRuleTests {
  private static let hour: Int64 = 3_600_000_000
  private static let now = at(100)

  private static func at(_ hours: Int64) -> Timestamp { Timestamp(microseconds: 1_700_000_000_000_000 + hours * hour) }

  private enum Kind { case success, failure, unfinished, beating(Int64) }

  private static func run(_ id: String, _ start: Int64, _ kind: Kind, written: Int64? = nil) -> RunOnDisk {
    var metadata = RunMetadata(id: id, startedAt: at(start))
    switch kind {
    case .success: metadata.materialized = at(start + 1)
    case .failure: metadata.status = .failed
    case .unfinished: break
    case .beating(let time):
      metadata.heartbeatAt = at(time)
      metadata.heartbeatSeconds = 3_600
    }
    return RunOnDisk(id: id, metadata: metadata, writtenAt: at(written ?? start))
  }

  private static func expired(
    _ runs: [RunOnDisk], last: Int? = nil, within: Int64? = nil, named: String? = nil
  ) -> [String] {
    RetentionRule(keepLast: last, keepWithin: within.map { $0 * hour }, runningWindow: 24 * hour)
      .expired(runs, named: named, at: now).map(\.id)
  }

  private static let daily = (0..<10).map { run("r\($0)", Int64($0) * 10, .success) }

  @Test("a run goes only if neither rule keeps it")
  func rules() {
    #expect(Self.expired(Self.daily, last: 3) == ["r0", "r1", "r2", "r3", "r4", "r5", "r6"])
    #expect(Self.expired(Self.daily.reversed(), last: 3).count == 7)
    #expect(Self.expired(Self.daily, last: 10) == [])
    #expect(Self.expired(Self.daily, last: 0).count == 9)
    // A run that began exactly so long ago stays.
    #expect(Self.expired(Self.daily, within: 50) == ["r0", "r1", "r2", "r3", "r4"])
    #expect(Self.expired(Self.daily, within: 49) == ["r0", "r1", "r2", "r3", "r4", "r5"])
    #expect(Self.expired(Self.daily, last: 2, within: 50) == ["r0", "r1", "r2", "r3", "r4"])
    #expect(Self.expired(Self.daily, last: 7, within: 20) == ["r0", "r1", "r2"])
    #expect(Self.expired([], last: 0) == [])
  }

  @Test("the newest run, the newest that ended, the last success and the run of the manifest stay")
  func kept() {
    let runs = [
      Self.run("old", 1, .success), Self.run("good", 2, .success), Self.run("bad", 3, .failure),
      Self.run("lost", 4, .unfinished), Self.run("newest", 5, .unfinished),
    ]
    #expect(Self.expired(runs, last: 0) == ["old", "lost"])
    #expect(Self.expired(runs, last: 0, named: "old") == ["lost"])
    #expect(Self.expired(runs, last: 0, named: "elsewhere") == ["old", "lost"])
    // The last success is the one with the latest time, and the one that began last.
    let overlapping = [
      Self.run("long", 1, .success).materialized(Self.at(9)), Self.run("short", 2, .success),
      Self.run("r", 20, .failure),
    ]
    #expect(Self.expired(overlapping, last: 0) == [])
  }

  @Test("a run that may be running stays: by the window, or by its heartbeat")
  func running() {
    let newest = Self.run("newest", 99, .success)
    #expect(Self.expired([Self.run("r", 77, .unfinished), newest], last: 0) == [])
    #expect(Self.expired([Self.run("r", 76, .unfinished), newest], last: 0) == ["r"])
    // Begun long ago by a clock of its own, written just now.
    #expect(Self.expired([Self.run("r", 1, .unfinished, written: 90), newest], last: 0) == [])
    #expect(Self.expired([Self.run("r", 1, .beating(97)), newest], last: 0) == [])
    #expect(Self.expired([Self.run("r", 1, .beating(96)), newest], last: 0) == ["r"])
  }

  @Test("a start ahead of the clock makes no run the newest")
  func future() {
    let runs = [Self.run("f", 9_000, .success, written: 1), Self.run("r1", 2, .success), Self.run("r2", 3, .success)]
    #expect(Self.expired(runs, last: 1) == ["f", "r1"])
  }

  @Test("of random runs, no rule that keeps more removes more", arguments: 0..<50)
  func monotone(seed: Int) {
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 7
    func below(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
    let runs = (0..<12).map { number in
      let kind: Kind = [.success, .failure, .unfinished, .beating(Int64(below(110)))][below(4)]
      return Self.run("r\(number)", Int64(below(100)), kind, written: Int64(below(100)))
    }
    var former = Set(runs.map(\.id))
    for last in 0...12 {
      let found = Set(Self.expired(runs, last: last))
      #expect(found.isSubset(of: former))
      #expect(found.count <= max(0, runs.count - max(1, last)))
      #expect(Set(Self.expired(runs, last: last, within: 30)).isSubset(of: found))
      former = found
    }
  }
}

extension RunOnDisk {
  fileprivate func materialized(_ time: Timestamp) -> RunOnDisk {
    var metadata = metadata
    metadata.materialized = time
    return RunOnDisk(id: id, metadata: metadata, writtenAt: writtenAt)
  }
}
