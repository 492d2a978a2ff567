/// Credentials from the metadata service of EC2, version 2: with a token, so that no page can be made to fetch them.
struct InstanceCredentials {
  private let environment: StorageEnvironment

  init(_ environment: StorageEnvironment) {
    self.environment = environment
  }

  /// - Returns: `nil` if this is no such instance, or one without a role.
  func load(_ http: CredentialHTTP) throws(ObjectError) -> Credentials? {
    if environment.first("AWS_EC2_METADATA_DISABLED")?.lowercased() == "true" { return nil }
    let server = try Endpoint(
      environment.first("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? "http://169.254.169.254",
      from: "AWS_EC2_METADATA_SERVICE_ENDPOINT")
    guard let token = try token(server, http) else { return nil }
    let folder = "/latest/meta-data/iam/security-credentials/"
    func read(_ path: String) throws(ObjectError) -> [UInt8]? {
      var request = self.request(.get, server, path)
      request.headers = [("x-aws-ec2-metadata-token", token)]
      let response = try http.answer(to: request, from: "The metadata service of this instance")
      return response.status == 200 ? response.body : nil
    }
    guard let roles = try read(folder),
      let role = String(decoding: roles, as: UTF8.self).split(whereSeparator: \.isNewline).first
    else { return nil }
    guard let document = try read(folder + PercentEncoding.encode(role.utf8)) else {
      throw ObjectError(
        .noCredentials, "The metadata service of this instance gives no credentials for the role \(role).")
    }
    return try http.credentials(in: document, tokenName: "Token", from: "The metadata service of this instance")
  }

  /// Nobody else's answer is a token; and where nobody answers within a second this is no instance of EC2.
  private func token(_ server: Endpoint, _ http: CredentialHTTP) throws(ObjectError) -> String? {
    var request = self.request(.put, server, "/latest/api/token")
    request.headers = [("x-aws-ec2-metadata-token-ttl-seconds", "21600")]
    let hasItsTime = http.deadline.allows(pause: Int64(request.limits.total) * 1_000_000)
    do throws(HTTPFault) {
      let response = try http.perform(request)
      guard response.status == 200, (1...1024).contains(response.body.count),
        response.body.allSatisfy({ (0x21...0x7E).contains($0) })
      else { return nil }
      return String(decoding: response.body, as: UTF8.self)
    } catch {
      if error.kind == .interrupted { throw ObjectError(.interrupted, "The program was told to stop.") }
      // Perhaps it would have answered within its second.
      guard hasItsTime || error.kind != .timedOut else {
        throw ObjectError(
          .unavailable,
          "The metadata service of this instance gave no credentials in the time that there was: try again later.")
      }
      return nil
    }
  }

  private func request(_ method: HTTPRequest.Method, _ server: Endpoint, _ path: String) -> HTTPRequest {
    var request = HTTPRequest(method: method, origin: server.origin, path: server.path + path)
    request.limits.connect = 1_000
    request.limits.total = 1_000
    request.usesProxy = false
    return request
  }
}
