/// AWS's service that gives credentials for a role.
struct SecurityTokenService: Sendable {
  private let environment: StorageEnvironment
  private let endpoint: String
  private let region: String

  init(_ environment: StorageEnvironment, region: String?) {
    self.environment = environment
    self.region = region ?? "us-east-1"
    let suffix = region?.hasPrefix("cn-") == true ? ".cn" : ""
    endpoint =
      environment.first("AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL")
      ?? region.map { "https://sts.\($0).amazonaws.com\(suffix)" } ?? "https://sts.amazonaws.com"
  }

  /// Asks for a role.
  ///
  /// - Parameters:
  ///   - form: what is asked.
  ///   - credentials: who asks; `nil` where a token in the form says it.
  ///   - means: for messages: with what the role is to be assumed.
  func credentials(
    _ form: [(String, String)], for role: String, signedBy credentials: Credentials?, _ means: String,
    _ http: CredentialHTTP
  ) throws(ObjectError) -> Credentials {
    let place = "STS at \(endpoint)"
    let server = try Endpoint(endpoint, from: "AWS_ENDPOINT_URL_STS or AWS_ENDPOINT_URL")
    var request = HTTPRequest(method: .post, origin: server.origin, path: server.path + "/")
    request.headers = [("accept", "application/xml"), ("content-type", "application/x-www-form-urlencoded")]
    let fields = form + [("Version", "2011-06-15")]
    request.body = Array(PercentEncoding.query(fields.map { ($0.0, Array($0.1.utf8)) }).utf8)
    request.limits.connect = 5_000
    request.limits.total = 20_000
    if let credentials {
      Signer().sign(
        &request, credentials, SignatureV4.Scope(region: region, service: "sts"), at: environment.seconds)
    }
    let response = try http.answer(to: request, from: place)
    guard response.status == 200 else {
      let code = ErrorDocument(response.body).map { " (\($0.code))" } ?? ""
      throw ObjectError(
        .unknownCaller, "\(place) gives no credentials for \(role.printable)\(code): allow it to be assumed \(means).")
    }
    guard let credentials = Self.credentials(in: response.body) else {
      throw ObjectError(.noCredentials, "\(place) gives no credentials: its answer holds none.")
    }
    return credentials
  }

  /// What stands in the element `Credentials` of the answer.
  static func credentials(in document: [UInt8]) -> Credentials? {
    var values: [String: String] = [:]
    do {
      try document.withUnsafeBufferPointer { bytes throws(XMLScanner.Fault) in
        var scanner = XMLScanner(bytes)
        var isInside = false
        while let event = try scanner.next() {
          guard case .start(let range) = event else { continue }
          let name = String(decoding: bytes[range], as: UTF8.self)
          if isInside, ["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"].contains(name) {
            values[name] = String(decoding: try scanner.readText(), as: UTF8.self).trimmed
          } else if name == "Credentials" {
            isInside = true
          }
        }
      }
    } catch {
      return nil
    }
    guard let accessKey = values["AccessKeyId"], let secret = values["SecretAccessKey"],
      let token = values["SessionToken"]
    else { return nil }
    return Credentials(
      accessKey: accessKey, secret: secret, token: token,
      end: values["Expiration"].flatMap { WireTime.seconds(ofDocument: Array($0.utf8)) })
  }
}
