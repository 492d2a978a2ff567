internal import Glibc
internal import LinuxSystem
internal import Synchronization

/// A server for HTTP on this host, whose answers a test chooses, wrong ones too.
package final class LocalServer: Sendable {
  package struct Request: Sendable {
    package var method: String
    /// Path and query, as they came.
    package var target: String
    package var headers: [String: String]
    package var body: [UInt8]

    package var path: String { String(target.prefix { $0 != "?" }) }
    package var text: String { String(decoding: body, as: UTF8.self) }
  }

  package enum Answer: Sendable {
    case whole(Int, [String: String] = [:], body: [UInt8] = [])
    /// Promises more bytes than it sends, and closes.
    case cut(Int, [String: String] = [:], body: [UInt8], promised: Int)
    /// Closes without a word.
    case close
    /// Says nothing until the server ends.
    case silence
    /// Sends what is no HTTP, and closes.
    case noise
    /// Sends a byte of the body now and then, until the other side has enough of it.
    case trickle(Int, [String: String] = [:])

    package static func text(_ status: Int, _ headers: [String: String] = [:], _ body: String) -> Answer {
      .whole(status, headers, body: Array(body.utf8))
    }

    package static func error(_ status: Int, _ code: String, _ headers: [String: String] = [:]) -> Answer {
      .text(status, headers, "<?xml version=\"1.0\"?><Error><Code>\(code)</Code><Message>m</Message></Error>")
    }
  }

  package let port: UInt16
  private let listener: Int32
  private let handler: @Sendable (Request) -> Answer
  private let seen = Mutex<[Request]>([])
  private let connections = Mutex<(isOver: Bool, open: Set<Int32>)>((false, []))

  package init(_ handler: @escaping @Sendable (Request) -> Answer) throws {
    self.handler = handler
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = self.listener
    let isBound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) == 0 && listen(listener, 128) == 0 && getsockname(listener, $0, &size) == 0
      }
    }
    guard isBound else { throw SystemError.latest }
    port = UInt16(bigEndian: address.sin_port)
    guard
      SystemThread.detach({ [weak self] in
        defer { close(listener) }
        while true {
          let connection = accept(listener, nil, nil)
          guard connection >= 0 else { return }
          guard let self, self.admit(connection) else {
            close(connection)
            return
          }
          _ = SystemThread.detach { self.serve(connection) }
        }
      })
    else { throw SystemError(EAGAIN) }
  }

  /// Ends the server and all its connections.
  package func stop() {
    // Closed by the thread that accepts: nobody else may have the number while it uses it.
    shutdown(listener, Int32(SHUT_RDWR))
    connections.withLock { connections in
      connections.isOver = true
      for connection in connections.open { shutdown(connection, Int32(SHUT_RDWR)) }
    }
  }

  package var url: String { "http://127.0.0.1:\(port)" }
  /// What was asked so far.
  package var requests: [Request] { seen.withLock { $0 } }

  private func admit(_ connection: Int32) -> Bool {
    connections.withLock { connections in
      guard !connections.isOver else { return false }
      connections.open.insert(connection)
      return true
    }
  }

  private func serve(_ connection: Int32) {
    var rest: [UInt8] = []
    while let request = read(connection, &rest) {
      seen.withLock { $0.append(request) }
      guard answer(handler(request), to: request, connection) else { break }
    }
    connections.withLock { _ = $0.open.remove(connection) }
    close(connection)
  }

  private func read(_ connection: Int32, _ rest: inout [UInt8]) -> Request? {
    let blank: [UInt8] = [13, 10, 13, 10]
    var end: Int?
    while true {
      end = rest.indices.first { rest[$0...].starts(with: blank) }
      if end != nil || !receive(connection, &rest) { break }
    }
    guard let end else { return nil }
    let lines = String(decoding: rest[..<end], as: UTF8.self).split(separator: "\r\n")
    rest.removeFirst(end + 4)
    let first = (lines.first ?? "").split(separator: " ")
    guard first.count == 3 else { return nil }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      headers[parts[0].lowercased()] = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
    }
    let count = headers["content-length"].flatMap { Int($0) } ?? 0
    while rest.count < count { if !receive(connection, &rest) { return nil } }
    let body = Array(rest.prefix(count))
    rest.removeFirst(count)
    return Request(method: String(first[0]), target: String(first[1]), headers: headers, body: body)
  }

  private func receive(_ connection: Int32, _ bytes: inout [UInt8]) -> Bool {
    var part = [UInt8](repeating: 0, count: 16_384)
    let count = recv(connection, &part, part.count, 0)
    if count > 0 { bytes += part[0..<count] }
    return count > 0
  }

  /// - Returns: whether the connection goes on.
  private func answer(_ answer: Answer, to request: Request, _ connection: Int32) -> Bool {
    let (status, headers, body, promised): (Int, [String: String], [UInt8], Int)
    switch answer {
    case .whole(let code, let lines, let bytes): (status, headers, body, promised) = (code, lines, bytes, bytes.count)
    case .cut(let code, let lines, let bytes, let count):
      (status, headers, body, promised) = (code, lines, bytes, count)
    case .close: return false
    case .silence:
      var bytes: [UInt8] = []
      while receive(connection, &bytes) {}
      return false
    case .noise:
      _ = send(connection, Array("+OK POP3 ready\r\n\r\n".utf8), 18, Int32(MSG_NOSIGNAL))
      return false
    case .trickle(let code, let lines):
      (status, headers, body, promised) = (code, lines, [], 1 << 20)
    }
    var head = "HTTP/1.1 \(status) Status\r\n"
    for (name, value) in headers where name != "content-length" { head += "\(name): \(value)\r\n" }
    head += "content-length: \(headers["content-length"] ?? "\(promised)")\r\n\r\n"
    let message = Array(head.utf8) + (request.method == "HEAD" ? [] : body)
    var sent = 0
    while sent < message.count {
      let count = message.withUnsafeBytes {
        send(connection, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    if case .trickle = answer {
      while send(connection, [UInt8(ascii: " ")], 1, Int32(MSG_NOSIGNAL)) == 1 { usleep(20_000) }
    }
    return promised == body.count
  }
}
