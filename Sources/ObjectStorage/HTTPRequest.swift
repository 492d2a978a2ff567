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
