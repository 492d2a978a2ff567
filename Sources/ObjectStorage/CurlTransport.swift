internal import CCurl
internal import Glibc
internal import Synchronization

/// Requests by libcurl: each thread that makes one has a session of its own for the time, and sessions keep their
/// connections.
final class CurlTransport: HTTPTransport {
  private let library: CurlLibrary
  private let certificates: String?
  private let isInterrupted: @Sendable () -> Bool
  /// The one used last is taken first: its connection is the least likely to have been closed.
  private let idle = Mutex<[CurlLibrary.Handle]>([])

  /// - Parameter certificates: the file of trusted certificates; `nil` for the system's.
  init(
    library: Result<CurlLibrary, HTTPFault> = CurlLibrary.shared, certificates: String? = nil,
    isInterrupted: @escaping @Sendable () -> Bool = { false }
  ) throws(HTTPFault) {
    self.library = try library.get()
    self.certificates = certificates
    self.isInterrupted = isInterrupted
  }

  func perform(_ request: HTTPRequest) throws(HTTPFault) -> HTTPResponse {
    let taken = idle.withLock { $0.popLast() }
    guard let handle = taken ?? makeHandle() else { throw HTTPFault(.unusable, "there is no memory for a connection") }
    defer { idle.withLock { $0.append(handle) } }
    let receiver = Receiver(limit: request.bodyLimit, isInterrupted: isInterrupted)
    let outcome = withExtendedLifetime(receiver) { perform(request, handle, receiver) }
    if outcome.code != catalog_curl_ok && !receiver.isCut { throw fault(outcome.code) }
    return HTTPResponse(status: outcome.status, head: receiver.head, body: receiver.body)
  }

  private func perform(
    _ request: HTTPRequest, _ handle: CurlLibrary.Handle, _ receiver: Receiver
  ) -> (code: Int32, status: Int) {
    let address = Unmanaged.passUnretained(receiver).toOpaque()
    handle.set(Int(catalog_curl_writedata), pointer: address)
    handle.set(Int(catalog_curl_headerdata), pointer: address)
    handle.set(Int(catalog_curl_xferinfodata), pointer: address)
    handle.set(Int(catalog_curl_url), text: request.url)
    handle.set(Int(catalog_curl_connecttimeout_ms), number: request.limits.connect)
    handle.set(Int(catalog_curl_timeout_ms), number: request.limits.total)
    handle.set(Int(catalog_curl_low_speed_limit), number: HTTPLimits.slowest)
    handle.set(Int(catalog_curl_low_speed_time), number: request.limits.stall)
    handle.set(Int(catalog_curl_noproxy), text: request.usesProxy ? nil : "*")
    // This undoes whatever the request before it was.
    handle.set(Int(catalog_curl_httpget), number: 1)
    handle.set(Int(catalog_curl_customrequest), text: nil)
    switch request.method {
    case .get: return performQuietly(request, handle, request.headers)
    case .head:
      handle.set(Int(catalog_curl_nobody), number: 1)
      return performQuietly(request, handle, request.headers)
    case .delete:
      handle.set(Int(catalog_curl_customrequest), text: request.method.rawValue)
      return performQuietly(request, handle, request.headers)
    case .post, .put:
      // No "Expect: 100-continue", which costs a round trip, and no type that was not asked for.
      var headers = request.headers
      headers.append(("expect", ""))
      if !headers.contains(where: { $0.name == "content-type" }) { headers.append(("content-type", "")) }
      return request.body.withUnsafeBytes { body in
        handle.set(Int(catalog_curl_postfieldsize_large), size: Int64(body.count))
        // No address would mean that the bytes are read from standard input.
        handle.set(Int(catalog_curl_postfields), pointer: body.baseAddress ?? UnsafeRawPointer(Self.nothing))
        handle.set(Int(catalog_curl_customrequest), text: request.method.rawValue)
        defer { handle.set(Int(catalog_curl_postfields), pointer: nil) }
        return performQuietly(request, handle, headers)
      }
    }
  }

  nonisolated(unsafe) private static let nothing: UnsafePointer<UInt8> = {
    let byte = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)
    byte.initialize(to: 0)
    return UnsafePointer(byte)
  }()

  /// Performs without SIGPIPE, which TLS may raise where the other side has gone; the process keeps its own ways
  /// otherwise.
  private func performQuietly(
    _ request: HTTPRequest, _ handle: CurlLibrary.Handle, _ headers: [(name: String, value: String)]
  ) -> (code: Int32, status: Int) {
    guard request.origin.isSecure else { return handle.perform(headers) }
    var pipe = sigset_t()
    var before = sigset_t()
    sigemptyset(&pipe)
    sigaddset(&pipe, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &pipe, &before)
    let outcome = handle.perform(headers)
    if sigismember(&before, SIGPIPE) == 0 {
      var now = timespec()
      while sigtimedwait(&pipe, nil, &now) > 0 {}
      pthread_sigmask(SIG_SETMASK, &before, nil)
    }
    return outcome
  }

  /// A new session, with what is the same for all requests.
  private func makeHandle() -> CurlLibrary.Handle? {
    guard let handle = CurlLibrary.Handle(library) else { return nil }
    handle.set(Int(catalog_curl_nosignal), number: 1)
    handle.set(Int(catalog_curl_tcp_nodelay), number: 1)
    handle.set(Int(catalog_curl_path_as_is), number: 1)
    handle.set(Int(catalog_curl_followlocation), number: 0)
    handle.set(Int(catalog_curl_http_version), number: Int(catalog_curl_http_version_1_1))
    handle.set(Int(catalog_curl_protocols), number: Int(catalog_curl_protocol_http_and_https))
    handle.set(Int(catalog_curl_suppress_connect_headers), number: 1)
    handle.set(Int(catalog_curl_ssl_verifypeer), number: 1)
    handle.set(Int(catalog_curl_ssl_verifyhost), number: 2)
    handle.set(Int(catalog_curl_useragent), text: "asset-catalog")
    if let certificates { handle.set(Int(catalog_curl_cainfo), text: certificates) }
    handle.set(Int(catalog_curl_noprogress), number: 0)
    handle.set(
      Int(catalog_curl_xferinfofunction),
      watcher: { receiver, _, _, _, _ in
        guard let receiver else { return 1 }
        return Unmanaged<Receiver>.fromOpaque(receiver).takeUnretainedValue().isInterrupted() ? 1 : 0
      })
    handle.set(
      Int(catalog_curl_headerfunction),
      writer: { bytes, size, count, receiver in
        guard let bytes, let receiver else { return 0 }
        let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
        Unmanaged<Receiver>.fromOpaque(receiver).takeUnretainedValue().take(line: line)
        return size * count
      })
    handle.set(
      Int(catalog_curl_writefunction),
      writer: { bytes, size, count, receiver in
        guard let bytes, let receiver else { return 0 }
        let part = UnsafeRawBufferPointer(start: bytes, count: size * count)
        return Unmanaged<Receiver>.fromOpaque(receiver).takeUnretainedValue().take(part) ? size * count : 0
      })
    // Programs that ours starts get none of its connections.
    handle.set(
      Int(catalog_curl_opensocketfunction),
      opener: { _, _, address in
        guard let address = address?.pointee else { return -1 }
        return socket(address.family, address.type | Int32(SOCK_CLOEXEC.rawValue), address.protocol)
      })
    return handle
  }

  private func fault(_ code: Int32) -> HTTPFault {
    switch Int(code) {
    case Int(catalog_curl_unresolved_host): HTTPFault(.unresolved, "the name of the host is not known")
    case Int(catalog_curl_unresolved_proxy): HTTPFault(.unresolved, "the name of the proxy is not known")
    case Int(catalog_curl_unconnected): HTTPFault(.unreachable, "nothing answers there")
    case Int(catalog_curl_timed_out): HTTPFault(.timedOut, "there was no answer in time")
    case Int(catalog_curl_aborted): HTTPFault(.interrupted, "the program was told to stop")
    case Int(catalog_curl_peer_verification): HTTPFault(.untrusted, "its certificate is not trusted")
    case Int(catalog_curl_ca_file): HTTPFault(.untrusted, "the trusted certificates cannot be read")
    // Of an answer as well, or of what is left on a connection of the one before it.
    case Int(catalog_curl_unsupported_protocol): HTTPFault(.broken, "the answer is no HTTP")
    case Int(catalog_curl_certificate_problem), Int(catalog_curl_malformed_url), Int(catalog_curl_out_of_memory):
      HTTPFault(.unusable, library.text(code).lowercased())
    default: HTTPFault(.broken, "the connection broke (\(library.text(code).lowercased()))")
    }
  }
}

/// What one request receives. Used on the thread of the request alone.
private final class Receiver {
  /// The most bytes of an answer that says no: enough for any document about an error.
  private static let errorLimit = 1 << 16

  let isInterrupted: @Sendable () -> Bool
  private let limit: Int
  private(set) var head: [UInt8] = []
  private(set) var body: [UInt8] = []
  /// Whether the transfer was ended because nobody wants more.
  private(set) var isCut = false
  private var isGood = false

  init(limit: Int, isInterrupted: @escaping @Sendable () -> Bool) {
    self.limit = limit
    self.isInterrupted = isInterrupted
  }

  func take(line: UnsafeRawBufferPointer) {
    // A head follows another one after "100 Continue".
    if line.starts(with: "HTTP/".utf8) {
      head.removeAll(keepingCapacity: true)
      body.removeAll(keepingCapacity: true)
      isGood = line.drop { $0 != 0x20 }.dropFirst().first == UInt8(ascii: "2")
    } else if head.count + line.count <= Self.errorLimit {
      head.append(contentsOf: line)
    }
  }

  /// - Returns: whether more is wanted.
  func take(_ part: UnsafeRawBufferPointer) -> Bool {
    let room = (isGood ? limit : Self.errorLimit) - body.count
    body.append(contentsOf: part.prefix(room))
    isCut = part.count > room
    return !isCut
  }
}
