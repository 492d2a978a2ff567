/// A server as a setting names it: `https://host:port/path`.
struct Endpoint: Hashable, Sendable, CustomStringConvertible {
  let origin: HTTPOrigin
  /// The host alone, in brackets where it is an address of IPv6.
  let host: String
  /// Without a slash at its end; mostly empty.
  let path: String

  var description: String { origin.description + path }

  /// - Parameter setting: what gave the text, for messages. The text itself may hold a password, and is not repeated.
  init(_ text: String, from setting: String) throws(ObjectError) {
    func fault(_ trouble: String) -> ObjectError {
      ObjectError(.misconfigured, "\(setting) \(trouble): set it to an address such as https://s3.example.com.")
    }
    let lower = text.lowercased()
    let isSecure = lower.hasPrefix("https://")
    guard isSecure || lower.hasPrefix("http://") else { throw fault("begins neither with https:// nor with http://") }
    let rest = text.dropFirst(isSecure ? 8 : 7)
    let authority = rest.prefix { $0 != "/" }.lowercased()
    var path = rest.drop { $0 != "/" }
    while path.hasSuffix("/") { path.removeLast() }
    guard !authority.contains("@") else { throw fault("holds a user or a password, which belong elsewhere") }
    guard !rest.contains(where: { $0 == "?" || $0 == "#" || $0.isWhitespace || !$0.isASCII }) else {
      throw fault("has a character that no address of a server has")
    }
    let colon = authority.lastIndex(of: ":").flatMap { authority[$0...].contains("]") ? nil : $0 }
    let host = colon.map { authority[..<$0] } ?? authority[...]
    guard !host.isEmpty else { throw fault("names no host") }
    let port = colon.map { authority[authority.index(after: $0)...] }
    if let port {
      guard let number = Int64(digits: port.utf8), (1...65_535).contains(number) else {
        throw fault("has a port that cannot be one")
      }
    }
    let isUsual = port.map { $0 == (isSecure ? "443" : "80") } ?? true
    origin = HTTPOrigin(isSecure: isSecure, authority: isUsual ? String(host) : authority)
    self.host = String(host)
    self.path = String(path)
  }
}
