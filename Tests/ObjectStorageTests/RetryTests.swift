import CatalogTestSupport
import Synchronization
import Testing

@testable import ObjectStorage

@Suite("A request without an answer")
struct RetryTests {
  private static let listing =
    "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"

  @Test("is tried again with full jitter, up to 20 s, and keeps its place", arguments: [0.0, 0.5, 0.999])
  func jitter(_ chance: Double) throws {
    let server = try LocalServer { _ in .error(503, "SlowDown") }
    defer { server.stop() }
    let world = TestWorld(chance: chance)
    let bucket = try S3Bucket.local(server, world: world, retries: .background)
    #expect { try bucket.list([], from: .beginning) } throws: { error in
      (error as? ObjectError)?.code == .unavailable && "\(error)".contains("after 10 tries")
        && "\(error)".contains("SlowDown")
    }
    #expect(server.requests.count == 10)
    let ceilings: [Double] = [1, 2, 4, 8, 16, 20, 20, 20, 20]
    #expect(world.waits.withLock { $0 } == ceilings.map { Int64($0 * 1_000_000_000 * chance) })
  }

  @Test("waits as long as the store asks for")
  func retryAfter() throws {
    let server = try LocalServer { _ in .error(503, "SlowDown", ["retry-after": "7"]) }
    defer { server.stop() }
    let world = TestWorld(chance: 0)
    let bucket = try S3Bucket.local(server, world: world)
    #expect(throws: ObjectError.self) { try bucket.list([], from: .beginning) }
    #expect(world.waits.withLock { $0 } == [7_000_000_000, 7_000_000_000])
  }

  @Test(
    "is tried three times where somebody waits for it, whatever the trouble",
    arguments: [
      LocalServer.Answer.error(500, "InternalError"), .error(503, "ServiceUnavailable"), .error(400, "RequestTimeout"),
      .error(429, "TooManyRequests"), .text(502, [:], "<html>bad gateway</html>"), .close,
      .cut(200, ["etag": "\"a\""], body: [1], promised: 100),
      .text(200, [:], "<Error><Code>InternalError</Code></Error>"), .text(200, [:], "<ListBucketResult><Contents>"),
    ])
  func interactive(_ answer: LocalServer.Answer) throws {
    let server = try LocalServer { _ in answer }
    defer { server.stop() }
    let bucket = try S3Bucket.local(server)
    #expect(throws: ObjectError.self) { try bucket.list([], from: .beginning) }
    // A connection that breaks before the first byte is tried anew by libcurl where it was used before.
    #expect(server.requests.count >= 3)
  }

  @Test("is tried three times at most where each took as long as an answer may take")
  func silence() throws {
    let server = try LocalServer { _ in .silence }
    defer { server.stop() }
    let bucket = try S3Bucket.local(server, retries: .background, environment: { $0.limits.total = 100 })
    #expect {
      try bucket.list([], from: .beginning)
    } throws: { "\($0)".contains("after 3 tries: there was no answer in time") }
    #expect(server.requests.count == 3)
  }

  @Test(
    "is not waited for any longer than somebody is patient, whatever the trouble",
    arguments: [LocalServer.Answer.silence, .trickle(200), .error(503, "SlowDown", ["retry-after": "1"])])
  func patience(_ answer: LocalServer.Answer) throws {
    let server = try LocalServer { _ in answer }
    defer { server.stop() }
    let bucket = try S3Bucket.local(server, retries: .background, patience: 300_000_000)
    #expect { try bucket.list([], from: .beginning) } throws: { ($0 as? ObjectError)?.code == .unavailable }
    #expect { try bucket.put("k".bytes, [1], if: .always) } throws: { ($0 as? ObjectError)?.code == .unavailable }
    #expect(server.requests.count == 2)
  }

  @Test("is answered in the end where the trouble passes")
  func passes() throws {
    let server = try LocalServer { _ in .close }
    defer { server.stop() }
    let flaky = Flaky([.error(500, "InternalError"), .close, .text(200, [:], Self.listing)])
    let other = try LocalServer { _ in flaky.next() }
    defer { other.stop() }
    #expect(try S3Bucket.local(other).list([], from: .beginning).objects.isEmpty)
  }

  @Test("is no reason to ask for ever: once the quota is spent, requests fail at once")
  func quota() throws {
    let server = try LocalServer { _ in .error(500, "InternalError") }
    defer { server.stop() }
    let bucket = try S3Bucket.local(server, retries: RetryPolicy(attempts: 3, quota: 3 * RetryQuota.cost))
    for _ in 0..<3 { #expect(throws: ObjectError.self) { try bucket.list([], from: .beginning) } }
    // Three, then two of which the second has no token, then one.
    #expect(server.requests.count == 3 + 2 + 1)
  }

  @Test("gives back to the quota what it took, once it is answered")
  func givesBack() {
    let quota = RetryQuota(10)
    #expect(quota.take())
    #expect(quota.take())
    #expect(!quota.take())
    quota.giveBack(2)
    #expect(quota.take())
    #expect(quota.take())
    for _ in 0..<5 { quota.giveBack(0) }
    #expect(quota.take())
    #expect(!quota.take())
  }

  @Test("ends where the program is told to stop while it waits")
  func interrupted() throws {
    let server = try LocalServer { _ in .error(503, "SlowDown") }
    defer { server.stop() }
    let world = TestWorld()
    let bucket = try S3Bucket.local(server, world: world) { environment in
      environment.sleep = { _, _ in world.interrupt() }
    }
    #expect { try bucket.list([], from: .beginning) } throws: { ($0 as? ObjectError)?.code == .interrupted }
    #expect(server.requests.count == 1)
  }

  @Test("is not repeated where the answer is clear", arguments: [403, 404, 400, 405, 501, 411])
  func clear(_ status: Int) throws {
    let server = try LocalServer { _ in .error(status, "Whatever") }
    defer { server.stop() }
    let bucket = try S3Bucket.local(server)
    #expect(throws: ObjectError.self) { try bucket.get("a".bytes, atMost: 10) }
    #expect(server.requests.count == 1)
  }
}
