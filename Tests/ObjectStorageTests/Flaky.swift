import CatalogTestSupport
import Synchronization

/// Answers in their order; the last one again and again.
final class Flaky: Sendable {
  private let answers: Mutex<[LocalServer.Answer]>

  init(_ answers: [LocalServer.Answer]) {
    self.answers = Mutex(answers)
  }

  func next() -> LocalServer.Answer {
    answers.withLock { answers in answers.count > 1 ? answers.removeFirst() : answers.first ?? .close }
  }
}

/// A store of one object behind a server, which does what it is asked and may lose the answer.
final class OneObject: Sendable {
  struct State: Sendable {
    var bytes: [UInt8]?
    var puts = 0
    /// How many answers to PUT are lost after the work is done.
    var lostAnswers = 0
    /// How many PUTs are lost before any work is done.
    var lostRequests = 0
    /// Whether If-Match is compared with its quotation marks taken for a part of the tag.
    var comparesBareTags = false
    /// Somebody else's write, right before a PUT with this number.
    var rival: (before: Int, bytes: [UInt8])?
  }

  let state: Mutex<State>

  init(_ bytes: [UInt8]? = nil, _ change: (inout State) -> Void = { _ in }) {
    var state = State(bytes: bytes)
    change(&state)
    self.state = Mutex(state)
  }

  static func tag(_ bytes: [UInt8]) -> String {
    "t\(bytes.count)x\(bytes.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF })"
  }

  func answer(_ request: LocalServer.Request) -> LocalServer.Answer {
    state.withLock { state in
      if request.method == "PUT" { return put(request, &state) }
      guard let bytes = state.bytes else { return .error(404, "NoSuchKey") }
      return .whole(200, Self.head(bytes), body: bytes)
    }
  }

  private static func head(_ bytes: [UInt8]) -> [String: String] {
    ["etag": "\"\(tag(bytes))\"", "last-modified": "Fri, 24 May 2013 00:00:00 GMT"]
  }

  private func put(_ request: LocalServer.Request, _ state: inout State) -> LocalServer.Answer {
    state.puts += 1
    if let rival = state.rival, rival.before == state.puts { state.bytes = rival.bytes }
    if state.lostRequests > 0 {
      state.lostRequests -= 1
      return .close
    }
    if request.headers["if-none-match"] == "*", state.bytes != nil { return .error(412, "PreconditionFailed") }
    if let tag = request.headers["if-match"] {
      guard let bytes = state.bytes else { return .error(404, "NoSuchKey") }
      let own = Self.tag(bytes)
      guard tag == (state.comparesBareTags ? own : "\"\(own)\"") else { return .error(412, "PreconditionFailed") }
    }
    state.bytes = request.body
    if state.lostAnswers > 0 {
      state.lostAnswers -= 1
      return .close
    }
    return .whole(200, Self.head(request.body))
  }
}
