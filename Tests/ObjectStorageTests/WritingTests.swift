import CatalogTestSupport
import Synchronization
import Testing

@testable import ObjectStorage

@Suite("Writing an object")
struct WritingTests {
  private func put(
    _ object: OneObject, _ text: String, _ condition: PutCondition
  ) throws -> (result: PutResult, puts: Int) {
    let server = try LocalServer(object.answer)
    defer { server.stop() }
    let result = try S3Bucket.local(server).put("k".bytes, text.bytes, if: condition)
    return (result, object.state.withLock { $0.puts })
  }

  private func written(_ text: String) -> PutResult { .written(version(text)) }
  private func version(_ text: String) -> ObjectVersion { ObjectVersion(bytes: OneObject.tag(text.bytes).bytes) }

  @Test("is done where the condition holds, and a conflict where it does not")
  func plain() throws {
    #expect(try put(OneObject(), "a", .always).result == written("a"))
    #expect(try put(OneObject("x".bytes), "a", .always).result == written("a"))
    #expect(try put(OneObject(), "a", .absent).result == written("a"))
    #expect(try put(OneObject("x".bytes), "a", .absent).result == .conflict)
    #expect(try put(OneObject("x".bytes), "a", .unchanged(version("x"))).result == written("a"))
    #expect(try put(OneObject("y".bytes), "a", .unchanged(version("x"))).result == .conflict)
    #expect(try put(OneObject(), "a", .unchanged(version("x"))).result == .conflict)
  }

  @Test("is known to be done though its answer was lost", arguments: 1...2)
  func lostAnswer(_ count: Int) throws {
    #expect(try put(OneObject { $0.lostAnswers = count }, "a", .absent).result == written("a"))
    let other = OneObject("x".bytes) { $0.lostAnswers = count }
    #expect(try put(other, "a", .unchanged(version("x"))).result == written("a"))
    #expect(other.state.withLock { $0.bytes } == "a".bytes)
    #expect(try put(OneObject { $0.lostAnswers = count }, "a", .always).result == written("a"))
  }

  @Test("is tried again where the request was lost", arguments: 1...2)
  func lostRequest(_ count: Int) throws {
    #expect(try put(OneObject { $0.lostRequests = count }, "a", .absent).result == written("a"))
    #expect(
      try put(OneObject("x".bytes) { $0.lostRequests = count }, "a", .unchanged(version("x"))).result == written("a"))
  }

  @Test("is a conflict where others came first while the answer was lost")
  func rival() throws {
    let absent = OneObject {
      $0.lostRequests = 1
      $0.rival = (1, "theirs".bytes)
    }
    #expect(try put(absent, "a", .absent) == (.conflict, 1))
    let changed = OneObject("x".bytes) {
      $0.lostRequests = 1
      $0.rival = (1, "theirs".bytes)
    }
    #expect(try put(changed, "a", .unchanged(version("x"))) == (.conflict, 1))
    #expect(changed.state.withLock { $0.bytes } == "theirs".bytes)
  }

  @Test("is settled by a last look where no try was answered")
  func lastLook() throws {
    let object = OneObject { $0.lostAnswers = 1 }
    let server = try LocalServer(object.answer)
    defer { server.stop() }
    let bucket = try S3Bucket.local(server, retries: RetryPolicy(attempts: 1, quota: 100))
    #expect(try bucket.put("k".bytes, "a".bytes, if: .absent) == written("a"))
  }

  @Test("sends a tag without quotation marks to a store that compares them so, and remembers it")
  func bareTags() throws {
    let object = OneObject("x".bytes) { $0.comparesBareTags = true }
    let server = try LocalServer(object.answer)
    defer { server.stop() }
    let bucket = try S3Bucket.local(server)
    #expect(try bucket.put("k".bytes, "a".bytes, if: .unchanged(version("x"))) == written("a"))
    #expect(object.state.withLock { $0.puts } == 2)
    #expect(try bucket.put("k".bytes, "b".bytes, if: .unchanged(version("a"))) == written("b"))
    #expect(object.state.withLock { $0.puts } == 3)
    #expect(try bucket.put("k".bytes, "c".bytes, if: .unchanged(version("a"))) == .conflict)
  }

  @Test("is given up where the store denies what the object shows")
  func contradiction() throws {
    let server = try LocalServer { request in
      request.method == "PUT"
        ? .error(412, "PreconditionFailed")
        : .text(200, ["etag": "\"t\"", "last-modified": "Fri, 24 May 2013 00:00:00 GMT"], "x")
    }
    defer { server.stop() }
    let bucket = try S3Bucket.local(server)
    #expect {
      try bucket.put("k".bytes, "a".bytes, if: .unchanged(ObjectVersion(bytes: "t".bytes)))
    } throws: { ($0 as? ObjectError)?.code == .unavailable }
  }

  @Test("is not done where a good status comes with an error", arguments: [PutCondition.always, .absent])
  func errorInside(_ condition: PutCondition) throws {
    let server = try LocalServer { request in
      request.method == "PUT"
        ? .text(200, ["etag": "\"t\""], "<Error><Code>InternalError</Code></Error>") : .error(404, "NoSuchKey")
    }
    defer { server.stop() }
    #expect {
      try S3Bucket.local(server).put("k".bytes, "a".bytes, if: condition)
    } throws: { ($0 as? ObjectError)?.code == .unavailable && "\($0)".contains("InternalError") }
  }

  @Test("is a conflict where the store says so to every try, and unsupported only where the condition is")
  func refusals() throws {
    func outcome(_ answer: LocalServer.Answer, _ condition: PutCondition = .absent) throws -> PutResult {
      let server = try LocalServer { $0.method == "PUT" ? answer : .error(404, "NoSuchKey") }
      defer { server.stop() }
      return try S3Bucket.local(server).put("k".bytes, "a".bytes, if: condition)
    }
    func code(_ answer: LocalServer.Answer, _ condition: PutCondition = .absent) -> ObjectError.Code? {
      do { _ = try outcome(answer, condition) } catch { return (error as? ObjectError)?.code }
      return nil
    }
    #expect(try outcome(.error(409, "ConditionalRequestConflict")) == .conflict)
    #expect(code(.error(409, "OperationAborted"), .always) == .unavailable)
    #expect(code(.error(501, "NotImplemented")) == .unsupported)
    #expect(code(.error(501, "NotImplemented"), .always) == .denied)
    #expect(code(.error(405, "MethodNotAllowed")) == .denied)
    // What is no answer says nothing of conditions.
    #expect(code(.noise) == .unavailable)
  }

  @Test("asks once whether the store honours conditions")
  func probe() throws {
    func honours(_ answer: LocalServer.Answer) throws -> Bool {
      let server = try LocalServer { _ in answer }
      defer { server.stop() }
      return try S3Bucket.local(server).honoursConditions(rewriting: "k".bytes, "a".bytes)
    }
    #expect(try honours(.error(412, "PreconditionFailed")))
    #expect(try honours(.error(409, "ConditionalRequestConflict")))
    #expect(try !honours(.text(200, ["etag": "a"], "")))
    #expect(try !honours(.error(501, "NotImplemented")))
    #expect(throws: ObjectError.self) { try honours(.error(400, "ExpiredToken")) }
    #expect(throws: ObjectError.self) { try honours(.error(405, "MethodNotAllowed")) }
    #expect(throws: ObjectError.self) { try honours(.text(200, ["etag": "a"], "<Error><Code>SlowDown</Code></Error>")) }
    #expect(throws: ObjectError.self) { try honours(.error(403, "AccessDenied")) }
    #expect(throws: ObjectError.self) { try honours(.error(500, "InternalError")) }
  }

  @Test("never asks to delete anything")
  func deletesNothing() throws {
    let object = OneObject("x".bytes)
    let server = try LocalServer(object.answer)
    defer { server.stop() }
    let bucket = try S3Bucket.local(server)
    _ = try bucket.put("k".bytes, "a".bytes, if: .absent)
    _ = try bucket.get("k".bytes, atMost: 3)
    _ = try bucket.look("k".bytes)
    #expect(server.requests.allSatisfy { ["GET", "HEAD", "PUT"].contains($0.method) })
  }
}
