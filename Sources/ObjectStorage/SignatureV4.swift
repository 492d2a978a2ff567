internal import ManifestModel
internal import Synchronization

/// The signature of AWS, version 4, as S3 wants it: the path is encoded once and taken as it is.
///
/// Bodies are signed as well: ours are small, and over plain HTTP nothing else would protect them.
enum SignatureV4 {
  /// What a signature is made for.
  struct Scope: Hashable, Sendable {
    var region: String
    var service: String
  }

  /// The digest of no body.
  static let emptyDigest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

  /// The value of the header `Authorization`.
  ///
  /// - Parameters:
  ///   - request: with all headers that shall be signed, `host` and `x-amz-date` among them.
  ///   - digest: of the body, in hexadecimal digits, or `UNSIGNED-PAYLOAD`.
  ///   - time: what `x-amz-date` says.
  static func authorization(
    for request: HTTPRequest, digest: String, accessKey: String, scope: Scope, time: String, key: SHA256.Key
  ) -> String {
    let headers = canonicalHeaders(request.headers)
    var names: [UInt8] = []
    for header in headers {
      if !names.isEmpty { names.append(UInt8(ascii: ";")) }
      names += header.name.utf8
    }
    let place = "\(time.prefix(8))/\(scope.region)/\(scope.service)/aws4_request"
    var text = Array("AWS4-HMAC-SHA256\n".utf8)
    text.reserveCapacity(192)
    for part in [time, place] {
      text += part.utf8
      text.append(UInt8(ascii: "\n"))
    }
    text += SHA256.hex(canonicalRequest(request, headers, names, digest)).utf8
    var value = "AWS4-HMAC-SHA256 Credential="
    value += accessKey
    value += "/"
    value += place
    value += ", SignedHeaders="
    value += String(decoding: names, as: UTF8.self)
    value += ", Signature="
    value += key.hex(text)
    return value
  }

  /// The key that signs for one day.
  static func key(secret: String, scope: Scope, day: String) -> SHA256.Key {
    var key = Array("AWS4\(secret)".utf8)
    for part in [day, scope.region, scope.service, "aws4_request"] { key = SHA256.Key(key).digest(Array(part.utf8)) }
    return SHA256.Key(key)
  }

  /// The request as it is digested.
  private static func canonicalRequest(
    _ request: HTTPRequest, _ headers: [(name: String, value: String)], _ names: [UInt8], _ digest: String
  ) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(512)
    func put(_ part: String, _ end: Unicode.Scalar = "\n") {
      text += part.utf8
      text.append(UInt8(ascii: end))
    }
    put(request.method.rawValue)
    put(request.path)
    put(request.query)
    for header in headers {
      put(header.name, ":")
      put(header.value)
    }
    text.append(UInt8(ascii: "\n"))
    text += names
    text.append(UInt8(ascii: "\n"))
    text += digest.utf8
    return text
  }

  /// The headers by name, those of one name in one line, and runs of space as one.
  static func canonicalHeaders(_ headers: [(name: String, value: String)]) -> [(name: String, value: String)] {
    var merged: [(name: String, value: String)] = []
    for header in headers {
      let value =
        header.value.utf8.contains(where: { $0 <= 0x20 })
        ? header.value.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\n" }).joined(separator: " ")
        : header.value
      if let index = merged.firstIndex(where: { $0.name == header.name }) {
        merged[index].value += ",\(value)"
      } else {
        merged.append((header.name, value))
      }
    }
    return merged.sorted { $0.name < $1.name }
  }
}

/// Signs requests, and keeps the key of the day, which takes as long to make as the rest of a signature.
final class Signer: Sendable {
  private struct Kept {
    var credentials: Credentials
    var scope: SignatureV4.Scope
    var day: String
    var key: SHA256.Key
  }

  private let kept = Mutex<Kept?>(nil)

  /// Adds what makes a request a signed one.
  ///
  /// - Parameter seconds: the store's time, since 1970-01-01T00:00:00Z.
  func sign(_ request: inout HTTPRequest, _ credentials: Credentials, _ scope: SignatureV4.Scope, at seconds: Int64) {
    let time = WireTime.compact(seconds)
    let digest = request.body.isEmpty ? SignatureV4.emptyDigest : SHA256.hex(request.body)
    request.headers.append(("host", request.origin.authority))
    request.headers.append(("x-amz-content-sha256", digest))
    request.headers.append(("x-amz-date", time))
    if let token = credentials.token { request.headers.append(("x-amz-security-token", token)) }
    let key = key(credentials, scope, String(time.prefix(8)))
    let authorization = SignatureV4.authorization(
      for: request, digest: digest, accessKey: credentials.accessKey, scope: scope, time: time, key: key)
    request.headers.append(("authorization", authorization))
  }

  private func key(_ credentials: Credentials, _ scope: SignatureV4.Scope, _ day: String) -> SHA256.Key {
    kept.withLock { kept in
      if let kept, kept.day == day, kept.scope == scope, kept.credentials == credentials { return kept.key }
      let key = SignatureV4.key(secret: credentials.secret, scope: scope, day: day)
      kept = Kept(credentials: credentials, scope: scope, day: day, key: key)
      return key
    }
  }
}
