/// A request as it goes over the wire: all that is encoded is encoded already.
struct HTTPRequest: Sendable {
  enum Method: String, Sendable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case delete = "DELETE"
  }

  var method: Method
  var origin: HTTPOrigin
  /// Begins with a slash.
  var path: String
  /// Without the question mark; empty for none.
  var query = ""
  /// Names in lower case. `host` is among them where it is signed.
  var headers: [(name: String, value: String)] = []
  var body: [UInt8] = []
  /// The most bytes of a good answer to keep; what follows is not waited for.
  var bodyLimit = 1 << 20
  var limits = HTTPLimits()
  /// Whether the proxies of the environment apply.
  var usesProxy = true

  var url: String { origin.description + path + (query.isEmpty ? "" : "?" + query) }
}

/// How long a request may take.
package struct HTTPLimits: Hashable, Sendable {
  /// Until there is a connection, in milliseconds.
  package var connect = 10_000
  /// With hardly a byte moving, in seconds.
  package var stall = 30
  /// For all of it, in milliseconds: a server that sends a little now and then would keep one waiting for ever. The
  /// largest answer that is asked for has 32 MiB.
  package var total = 300_000
  /// Fewer bytes in a second are hardly any.
  static let slowest = 1_024

  package init() {}
}

/// Where requests go: scheme, host and port.
struct HTTPOrigin: Hashable, Sendable, CustomStringConvertible {
  var isSecure: Bool
  /// The host, and the port unless it is the scheme's own. Lower case.
  var authority: String

  var description: String { (isSecure ? "https://" : "http://") + authority }
}

/// What came back.
struct HTTPResponse: Sendable {
  var status: Int
  /// The lines of the last head, as they came.
  var head: [UInt8] = []
  var body: [UInt8] = []

  /// The value of a header, without the space around it; `nil` if it is not there.
  ///
  /// - Parameter name: in lower case.
  func header(_ name: StaticString) -> [UInt8]? {
    name.withUTF8Buffer { name in
      var start = 0
      while start < head.count {
        let end = head[start...].firstIndex(of: UInt8(ascii: "\n")) ?? head.count
        if end - start > name.count, head[start + name.count] == UInt8(ascii: ":"),
          zip(head[start...], name).allSatisfy({ ($0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0) == $1 })
        {
          var value = head[start + name.count + 1..<end]
          while let byte = value.first, byte == 0x20 || byte == 0x09 { value.removeFirst() }
          while let byte = value.last, byte == 0x20 || byte == 0x09 || byte == 0x0D { value.removeLast() }
          return Array(value)
        }
        start = end + 1
      }
      return nil
    }
  }

  /// The same as text.
  func text(_ name: StaticString) -> String? { header(name).map { String(decoding: $0, as: UTF8.self) } }
}

/// Why nothing came back.
struct HTTPFault: Error, Hashable, Sendable {
  enum Kind: Sendable {
    case unresolved, unreachable, timedOut, untrusted, broken, interrupted
    /// libcurl, or what it needs, is not there.
    case unusable
  }

  var kind: Kind
  /// For people, after "because" or a colon; without anything that the request held.
  var text: String

  init(_ kind: Kind, _ text: String) {
    self.kind = kind
    self.text = text
  }
}

/// What carries requests. Blocking, on any thread.
protocol HTTPTransport: Sendable {
  func perform(_ request: HTTPRequest) throws(HTTPFault) -> HTTPResponse
}
