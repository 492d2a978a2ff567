import CatalogTestSupport
import Glibc
import LinuxSystem
import Synchronization

@testable import ObjectStorage

/// The store that `Scripts/object_servers` started, if it did, with a new root for each test.
struct RealStore {
  /// `OBJECT_ENDPOINT`, whose keys are `testkey` and `testsecret`.
  static let endpoint = getenv("OBJECT_ENDPOINT").map { String(cString: $0) }
  /// Whether the store is Ceph, which differs from others in what the tests say.
  static let isCeph = getenv("OBJECT_STORE").map { String(cString: $0) } == "ceph"

  private static let number = Mutex(0)
  /// Made once: stores keep room for each.
  private static let shared = Result {
    let name = "tests-\(getpid())-\(MonotonicClock.nanoseconds() % 1_000_000)"
    try bucket("s3://\(name)", variables).makeBucket()
    return name
  }

  /// The bucket's name.
  let name: String
  /// A root that no other test has.
  let root: String
  let bucket: S3Bucket

  /// - Parameters:
  ///   - like: whose root to use, in place of a new one.
  ///   - proxy: the server to ask in place of the store's own.
  init(
    like other: RealStore? = nil, proxy: LocalServer? = nil, _ changes: [String: String] = [:],
    _ change: (inout StorageEnvironment) -> Void = { _ in }
  ) throws {
    name = try Self.shared.get()
    root = other?.root ?? "s3://\(name)/test \(Self.number.withLock { $0 += 1; return $0 })=x"
    var variables = Self.variables
    if let proxy { variables["AWS_ENDPOINT_URL"] = proxy.url }
    bucket = try Self.bucket(root, variables.merging(changes) { $1 }, change)
  }

  static let variables = [
    "AWS_ENDPOINT_URL": endpoint ?? "", "AWS_ACCESS_KEY_ID": "testkey", "AWS_SECRET_ACCESS_KEY": "testsecret",
  ]

  static func bucket(
    _ root: String, _ variables: [String: String], _ change: (inout StorageEnvironment) -> Void = { _ in }
  ) throws -> S3Bucket {
    var environment = StorageEnvironment.process()
    environment.variable = { variables[$0] }
    // A real store is busy at most; a test does not wait for it as a program does.
    environment.sleep = { nanoseconds, _ in usleep(UInt32(min(nanoseconds, 100_000_000) / 1_000)) }
    change(&environment)
    return try S3Bucket(BucketLocation(root), environment: environment)
  }
}

extension S3Bucket {
  /// All objects of a prefix, page by page.
  func all(_ prefix: [UInt8] = [], from start: ListStart = .beginning, page: Int = 1_000) throws -> [ObjectFacts] {
    var objects: [ObjectFacts] = []
    var start = start
    while true {
      let found = try list(prefix, from: start, atMost: page)
      objects += found.objects
      guard let next = found.next else { return objects }
      start = .token(next)
    }
  }
}

/// A proxy before the store, which loses or changes what a test says.
final class Proxy: Sendable {
  /// What becomes of one exchange.
  enum Fate: Sendable {
    case pass
    /// The store does what it is asked, and nobody hears of it.
    case loseAnswer
    case loseRequest
    /// The store does what it is asked, and the answer is another one.
    case replace(LocalServer.Answer)
    /// The store is not asked.
    case answer(LocalServer.Answer)
    case truncate(Int)
  }

  let server: LocalServer

  init(_ fate: @escaping @Sendable (LocalServer.Request) -> Fate) throws {
    let transport = try CurlTransport()
    let origin = try Endpoint(RealStore.endpoint ?? "", from: "OBJECT_ENDPOINT").origin
    server = try LocalServer { request in
      let fate = fate(request)
      switch fate {
      case .loseRequest: return .close
      case .answer(let answer): return answer
      default: break
      }
      guard let answer = Self.forward(request, transport, origin) else { return .close }
      switch fate {
      case .loseAnswer: return .close
      case .replace(let answer): return answer
      case .truncate(let count):
        guard case .whole(let status, let headers, let body) = answer else { return answer }
        return .whole(status, headers.filter { $0.key != "content-length" }, body: Array(body.dropLast(count)))
      default: return answer
      }
    }
  }

  deinit { server.stop() }

  private static func forward(
    _ request: LocalServer.Request, _ transport: CurlTransport, _ origin: HTTPOrigin
  ) -> LocalServer.Answer? {
    guard let method = HTTPRequest.Method(rawValue: request.method) else { return nil }
    let target = request.target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var message = HTTPRequest(method: method, origin: origin, path: String(target[0]))
    message.query = target.count > 1 ? String(target[1]) : ""
    message.headers = request.headers.filter { !["content-length", "user-agent", "accept"].contains($0.key) }
      .map { (name: $0.key, value: $0.value) }
    message.body = request.body
    message.bodyLimit = 64 << 20
    guard let response = try? transport.perform(message) else { return nil }
    var headers: [String: String] = [:]
    for line in String(decoding: response.head, as: UTF8.self).split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
    }
    for name in ["transfer-encoding", "connection", "keep-alive"] { headers[name] = nil }
    return .whole(response.status, headers, body: response.body)
  }
}

/// Calls a closure on so many threads at once, and gives what they gave.
func together<Result: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) -> Result) -> [Result] {
  let results = Mutex<[Result]>([])
  let threads = (0..<count).compactMap { number in
    SystemThread {
      let result = body(number)
      results.withLock { $0.append(result) }
    }
  }
  for thread in threads { thread.join() }
  return results.withLock { $0 }
}
