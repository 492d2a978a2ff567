import CatalogTestSupport
import ManifestModel
import Synchronization
import Testing

@testable import ObjectStorage

@Suite("Reading a bucket")
struct ReadingTests {
  private static let head = [
    "etag": "\"t\"", "last-modified": "Fri, 24 May 2013 00:00:00 GMT", "x-amz-request-id": "1",
  ]

  /// A bucket at a server that ends with it.
  private final class Asked {
    let server: LocalServer
    let bucket: S3Bucket

    init(root: String = "s3://bucket", _ answer: @escaping @Sendable (LocalServer.Request) -> LocalServer.Answer) throws
    {
      server = try LocalServer(answer)
      bucket = try S3Bucket.local(server, root)
    }

    deinit { server.stop() }
  }

  private func code(_ body: () throws -> Void) -> ObjectError.Code? {
    do {
      try body()
      return nil
    } catch {
      return (error as? ObjectError)?.code
    }
  }

  @Test("gives an object with the facts of the same answer")
  func whole() throws {
    let asked = try Asked { _ in .text(200, Self.head, "hello") }
    let object = try #require(try asked.bucket.get("a=b/c d".bytes, atMost: 100))
    #expect(object.bytes == "hello".bytes)
    #expect(object.isWhole)
    #expect(object.facts.version == ObjectVersion(bytes: "t".bytes))
    #expect(object.facts.size == 5)
    #expect(object.facts.modified == Timestamp(seconds: 1_369_353_600))
    #expect(asked.server.requests.map(\.target) == ["/bucket/a%3Db/c%20d"])
    #expect(asked.server.requests.first?.headers["host"] == "127.0.0.1:\(asked.server.port)")
  }

  @Test("gives no more of an object than was asked for, and says how long it is")
  func limit() throws {
    let asked = try Asked { _ in .whole(200, Self.head, body: [UInt8](repeating: 1, count: 3_000_000)) }
    let object = try #require(try asked.bucket.get("a".bytes, atMost: 10))
    #expect(object.bytes.count == 10)
    #expect(!object.isWhole)
    #expect(object.facts.size == 3_000_000)
    #expect(try asked.bucket.get("a".bytes, atMost: 0)?.bytes.isEmpty == true)
  }

  @Test("a key that is too long for the store is of no object")
  func tooLong() throws {
    let asked = try Asked { _ in .error(400, "KeyTooLongError") }
    let key = [UInt8](repeating: 0x61, count: 2_000)
    #expect(try asked.bucket.look(key) == nil)
    #expect(try asked.bucket.get(key, atMost: 3) == nil)
  }

  @Test("takes only the store's own word for an absence")
  func absence() throws {
    let asked = try Asked { _ in .error(404, "NoSuchKey") }
    #expect(try asked.bucket.get("a".bytes, atMost: 9) == nil)
    #expect(try asked.bucket.look("a".bytes) == nil)
    #expect(try asked.bucket.get("a".bytes, .last(5), of: nil) == nil)
  }

  @Test(
    "takes nothing else for an absence",
    arguments: [
      (LocalServer.Answer.error(404, "NoSuchBucket"), ObjectError.Code.noSuchBucket),
      (.error(403, "AccessDenied"), .denied), (.text(404, [:], "<html>not here</html>"), .malformed),
      (.text(404, [:], ""), .malformed), (.text(403, [:], ""), .denied), (.text(200, [:], "<html></html>"), .malformed),
      (.error(500, "InternalError"), .unavailable), (.text(204, [:], ""), .malformed),
    ])
  func noAbsence(_ answer: LocalServer.Answer, _ expected: ObjectError.Code) throws {
    let asked = try Asked { _ in answer }
    #expect(code { _ = try asked.bucket.get("a".bytes, atMost: 9) } == expected)
    #expect(code { _ = try asked.bucket.get("a".bytes, .last(3), of: nil) } != nil)
    #expect(code { _ = try asked.bucket.look("a".bytes) } == expected)
    #expect(code { _ = try asked.bucket.list([], from: .beginning) } == expected)
  }

  @Test("follows no redirect")
  func redirect() throws {
    let trap = try LocalServer { _ in .text(200, Self.head, "trap") }
    defer { trap.stop() }
    let asked = try Asked { _ in .text(307, ["location": trap.url], "") }
    #expect(code { _ = try asked.bucket.get("a".bytes, atMost: 9) } == .misconfigured)
    #expect(trap.requests.isEmpty)
  }

  @Test(
    "finds out the region of the bucket, once",
    arguments: [
      LocalServer.Answer.text(301, ["x-amz-bucket-region": "eu-west-1"], ""),
      .text(400, ["x-amz-bucket-region": "eu-west-1"], "<Error><Code>AuthorizationHeaderMalformed</Code></Error>"),
      .text(
        400, [:], "<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-west-1</Region></Error>"),
    ])
  func region(_ refusal: LocalServer.Answer) throws {
    do {
      let asked = try Asked { request in
        request.headers["authorization"]?.contains("/eu-west-1/s3/") == true ? .text(200, Self.head, "x") : refusal
      }
      for _ in 0..<3 { #expect(try asked.bucket.get("a".bytes, atMost: 9)?.bytes == "x".bytes) }
      #expect(asked.server.requests.count == 4)
      #expect(try asked.bucket.look("a".bytes)?.size == 1)
    }
    do {
      let asked = try Asked { _ in refusal }
      #expect(code { _ = try asked.bucket.get("a".bytes, atMost: 9) } != nil)
      #expect(asked.server.requests.count == 2)
    }
  }

  @Test("takes the store's time where the clocks differ, once")
  func clock() throws {
    let world = TestWorld()
    world.clock.withLock { $0 = 1_369_353_600_000_000_000 }
    let ahead = Mutex(true)
    let server = try LocalServer { request in
      let isRight = request.headers["x-amz-date"] == "20130524T010000Z"
      return isRight && ahead.withLock { $0 }
        ? .text(200, Self.head, "x")
        : .error(403, "RequestTimeTooSkewed", ["date": "Fri, 24 May 2013 01:00:00 GMT"])
    }
    defer { server.stop() }
    let bucket = try S3Bucket.local(server, world: world)
    for _ in 0..<3 { #expect(try bucket.get("a".bytes, atMost: 9) != nil) }
    #expect(server.requests.count == 4)
    ahead.withLock { $0 = false }
    #expect {
      try bucket.get("a".bytes, atMost: 9)
    } throws: { ($0 as? ObjectError)?.code == .unknownCaller && "\($0)".contains("clock") }
    #expect(server.requests.count == 6)
  }

  @Test("gets new credentials where the store says that they ended, once")
  func expired() throws {
    let loads = Mutex(0)
    let server = try LocalServer { request in
      request.headers["authorization"]?.contains("Credential=KEY2/") == true
        ? .text(200, Self.head, "x") : .error(400, "ExpiredToken")
    }
    defer { server.stop() }
    let world = TestWorld()
    let location = try BucketLocation("s3://bucket")
    var settings = try StorageSettings(
      world.environment, profile: Profile(world.environment), location: location)
    settings.endpoint = try Endpoint(server.url, from: "test")
    settings.usesPathStyle = true
    let bucket = try S3Bucket(
      location, options: S3Bucket.Options(), environment: world.environment, settings: settings,
      transport: try CurlTransport()
    ) { _ throws(ObjectError) in
      Credentials(accessKey: "KEY\(loads.withLock { $0 += 1; return $0 })", secret: "s")
    }
    #expect(try bucket.get("a".bytes, atMost: 9) != nil)
    #expect(try bucket.get("a".bytes, atMost: 9) != nil)
    #expect(loads.withLock { $0 } == 2)
    #expect(server.requests.count == 3)
  }

  @Test("gives parts of objects, and notices when they change")
  func parts() throws {
    let bytes = Array(UInt8(0)..<100)
    let answer: @Sendable (LocalServer.Request) -> LocalServer.Answer = { request in
      guard let range = request.headers["range"]?.dropFirst(6) else { return .whole(200, Self.head, body: bytes) }
      let ends = range.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      let from = ends[0] ?? max(0, bytes.count - (ends[1] ?? 0))
      guard from < bytes.count else { return .error(416, "InvalidRange") }
      let to = ends[0] == nil ? bytes.count - 1 : min(ends[1] ?? 0, bytes.count - 1)
      var head = Self.head
      head["content-range"] = "bytes \(from)-\(to)/\(bytes.count)"
      return .whole(206, head, body: Array(bytes[from...to]))
    }
    do {
      let asked = try Asked(answer)
      let version = ObjectVersion(bytes: "t".bytes)
      #expect(try asked.bucket.get("a".bytes, .from(10, count: 5), of: version)?.bytes == [10, 11, 12, 13, 14])
      #expect(try asked.bucket.get("a".bytes, .from(98, count: 5), of: version)?.bytes == [98, 99])
      #expect(try asked.bucket.get("a".bytes, .from(100, count: 5), of: version)?.bytes == [])
      #expect(try asked.bucket.get("a".bytes, .last(3), of: nil)?.bytes == [97, 98, 99])
      #expect(try asked.bucket.get("a".bytes, .last(300), of: nil)?.bytes == bytes)
      #expect(try asked.bucket.get("a".bytes, .last(0), of: nil)?.facts.size == 100)
      #expect(
        code { _ = try asked.bucket.get("a".bytes, .last(3), of: ObjectVersion(bytes: "u".bytes)) } == .changed)
    }
    for range in ["bytes 0-2/100", "bytes 96-98/100", "items 97-99/100", "97-99/100"] {
      let asked = try Asked { _ in .whole(206, Self.head.merging(["content-range": range]) { $1 }, body: [1, 2, 3]) }
      #expect(code { _ = try asked.bucket.get("a".bytes, .last(3), of: nil) } == .malformed, "\(range)")
      #expect(code { _ = try asked.bucket.get("a".bytes, .from(97, count: 3), of: nil) } == .malformed, "\(range)")
    }
    do {
      let asked = try Asked { _ in .whole(200, Self.head, body: bytes) }
      #expect(code { _ = try asked.bucket.get("a".bytes, .from(1, count: 2), of: nil) } == .unsupported)
    }
  }

  @Test("lists below the root, with what S3 needs to spell every key")
  func listing() throws {
    let page = """
      <ListBucketResult><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>\
      <NextContinuationToken>n+1</NextContinuationToken><Contents><Key>lake/a+b</Key>\
      <LastModified>2013-05-24T00:00:00.000Z</LastModified><ETag>"t"</ETag><Size>1</Size></Contents></ListBucketResult>
      """
    let asked = try Asked(root: "s3://bucket/lake") { _ in .text(200, [:], page) }
    let first = try asked.bucket.list("a".bytes, from: .after("a/x".bytes))
    #expect(first.objects.map(\.key) == ["a b".bytes])
    #expect(first.next == "n+1".bytes)
    #expect(
      asked.server.requests.map(\.target) == [
        "/bucket?encoding-type=url&list-type=2&max-keys=1000&prefix=lake%2Fa&start-after=lake%2Fa%2Fx"
      ])
    _ = try asked.bucket.list("a".bytes, from: .token("n".bytes))
    #expect(asked.server.requests.last?.target.contains("continuation-token=n&") == true)
    // A store that gives the same token again would be listed for ever.
    #expect(code { _ = try asked.bucket.list("a".bytes, from: .token("n+1".bytes)) } == .malformed)
  }

  @Test("says who pays where others do")
  func requesterPays() throws {
    let server = try LocalServer { _ in .text(200, Self.head, "x") }
    defer { server.stop() }
    let world = TestWorld(["AWS_ENDPOINT_URL": server.url, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"])
    var options = S3Bucket.Options()
    options.requesterPays = true
    let bucket = try S3Bucket(BucketLocation("s3://bucket"), options: options, environment: world.environment)
    _ = try bucket.get("a".bytes, atMost: 3)
    #expect(server.requests.first?.headers["x-amz-request-payer"] == "requester")
    #expect(server.requests.first?.headers["authorization"]?.contains(";x-amz-request-payer,") == true)
  }

  @Test("asks without credentials where that is wanted")
  func anonymous() throws {
    let server = try LocalServer { _ in .text(200, Self.head, "x") }
    defer { server.stop() }
    let world = TestWorld(["AWS_ENDPOINT_URL": server.url, "AWS_EC2_METADATA_DISABLED": "true"])
    var options = S3Bucket.Options()
    options.isAnonymous = true
    let bucket = try S3Bucket(BucketLocation("s3://bucket"), options: options, environment: world.environment)
    #expect(try bucket.get("a".bytes, atMost: 3) != nil)
    #expect(server.requests.first?.headers["authorization"] == nil)
  }

  @Test("tells roots apart, and nothing else")
  func identity() throws {
    func identity(_ root: String, _ variables: [String: String]) throws -> String {
      try S3Bucket(BucketLocation(root), environment: TestWorld(variables).environment).identity
    }
    #expect(try identity("s3://b01/a/", [:]) == "https://s3.amazonaws.com/b01/a")
    #expect(try identity("s3://b01/a", ["AWS_REGION": "eu-west-1"]) == "https://s3.amazonaws.com/b01/a")
    #expect(try identity("s3://b01", ["AWS_ENDPOINT_URL": "http://H:80/"]) == "http://h/b01")
    // What cannot be seen tells them apart as well, and a mark above a slash is one of the prefix.
    let prefixes = ["a", "a\u{200B}", "a\u{200C}", "a\u{1}", "a\u{2}", "\u{E000}", "\u{E001}", "\u{FFFD}", "\u{301}a"]
    #expect(Set(try prefixes.map { try identity("s3://b01/\($0)", [:]) }).count == prefixes.count)
    #expect(try BucketLocation("s3://b01/\u{301}a").prefix == "\u{301}a/".bytes)
  }
}
