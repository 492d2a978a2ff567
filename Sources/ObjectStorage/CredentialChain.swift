/// Where credentials come from: the first of five places that is set up, in the order of AWS's own tools.
///
/// A place that is set up and fails is an error, not a reason to ask the next one: that would be somebody else's
/// rights.
struct CredentialChain: Sendable {
  private let environment: StorageEnvironment
  private let transport: any HTTPTransport
  private let profile: Profile
  private let region: String?

  init(
    _ environment: StorageEnvironment, transport: any HTTPTransport, profile: Profile, region: String?
  ) {
    self.environment = environment
    self.transport = transport
    self.profile = profile
    self.region = region
  }

  /// - Parameter deadline: when whoever asks has waited long enough, whichever the place is.
  func load(until deadline: RequestDeadline = .none) throws(ObjectError) -> Credentials {
    if let credentials = try fromEnvironment() { return credentials }
    let http = CredentialHTTP(environment: environment, transport: transport, deadline: deadline)
    if let credentials = try from(profile, http) { return credentials }
    if let request = WebIdentity(environment, profile: profile, region: region) { return try request.load(http) }
    if let request = try ContainerCredentials(environment) { return try request.load(http) }
    if let credentials = try InstanceCredentials(environment).load(http) { return credentials }
    throw ObjectError(
      .noCredentials,
      """
      No credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE to a profile in \
      \(profile.files.isEmpty ? "AWS_SHARED_CREDENTIALS_FILE" : profile.files.joined(separator: " or ")).
      """)
  }

  private func fromEnvironment() throws(ObjectError) -> Credentials? {
    let accessKey = environment.first("AWS_ACCESS_KEY_ID")
    let secret = environment.first("AWS_SECRET_ACCESS_KEY")
    guard accessKey != nil || secret != nil else { return nil }
    guard let accessKey, let secret else {
      throw ObjectError(
        .noCredentials, "Only one of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY is set: set both, or neither.")
    }
    return Credentials(accessKey: accessKey, secret: secret, token: environment.first("AWS_SESSION_TOKEN"))
  }

  /// - Parameter roles: the profiles on the way here, each of which assumes a role with the credentials of the next.
  private func from(
    _ profile: Profile, _ http: CredentialHTTP, roles: [String] = []
  ) throws(ObjectError) -> Credentials? {
    let name = profile.name
    // A profile that names itself has the keys for its role.
    if roles.last != name, let role = try AssumedRole(profile) {
      guard !roles.contains(name) else {
        throw ObjectError(.misconfigured, "The profile \(name) is its own source_profile by way of others: correct it.")
      }
      let source: Credentials?
      switch role.source {
      case .profile(let other): source = try from(other, http, roles: roles + [name])
      case .place("Environment"): source = try fromEnvironment()
      case .place("EcsContainer"): source = try ContainerCredentials(environment)?.load(http)
      case .place("Ec2InstanceMetadata"): source = try InstanceCredentials(environment).load(http)
      case .place(let place):
        throw ObjectError(
          .misconfigured, "The profile \(name) has credential_source \(place.printable), which is not one: correct it.")
      }
      guard let source else {
        throw ObjectError(.noCredentials, "The source that the profile \(name) names has no credentials: set it up.")
      }
      return try role.load(with: source, SecurityTokenService(environment, region: region), http)
    }
    if let accessKey = profile["aws_access_key_id"] {
      guard let secret = profile["aws_secret_access_key"] else {
        throw ObjectError(
          .noCredentials, "The profile \(name) has aws_access_key_id without aws_secret_access_key: add it.")
      }
      return Credentials(accessKey: accessKey, secret: secret, token: profile["aws_session_token"])
    }
    if let command = profile["credential_process"] {
      return try CredentialProcess(command, of: "the credential_process of the profile \(name)").load(
        environment, until: http.deadline)
    }
    if profile["role_arn"] != nil, profile["web_identity_token_file"] != nil { return nil }
    for key in ["role_arn", "sso_session", "sso_start_url", "login_session"] where profile[key] != nil {
      throw ObjectError(
        .noCredentials,
        """
        The profile \(name) uses \(key), which is not supported here: set its credential_process to \
        "aws configure export-credentials --profile …", or export keys of a session.
        """)
    }
    return nil
  }
}

/// The HTTP of those who give credentials: never signed, never through what a bucket is reached by, nothing kept of it
/// in errors.
struct CredentialHTTP: Sendable {
  let environment: StorageEnvironment
  let transport: any HTTPTransport
  var deadline = RequestDeadline.none

  /// Asks once, for no longer than until the deadline.
  func perform(_ request: HTTPRequest) throws(HTTPFault) -> HTTPResponse {
    guard !deadline.isOver else { throw HTTPFault(.timedOut, "there was no answer in time") }
    var request = request
    deadline.limit(&request.limits)
    return try transport.perform(request)
  }

  /// Asks up to three times, while there is no answer or one of 5xx and 429.
  func answer(to request: HTTPRequest, from place: String, attempts: Int = 3) throws(ObjectError) -> HTTPResponse {
    var attempt = 1
    while true {
      var trouble: String
      do throws(HTTPFault) {
        let response = try perform(request)
        guard response.status >= 500 || response.status == 429 else { return response }
        trouble = "it answers with status \(response.status)"
      } catch {
        if error.kind == .interrupted { throw ObjectError(.interrupted, "The program was told to stop.") }
        if error.kind == .untrusted {
          throw ObjectError(
            .untrusted, "\(place) cannot be asked for credentials: \(error.text); name the right ones in AWS_CA_BUNDLE."
          )
        }
        trouble = error.text
      }
      let ceiling = RetryPolicy.ceiling(after: attempt, isThrottled: false)
      let pause = Int64(environment.random() * Double(ceiling))
      guard attempt < attempts, deadline.allows(pause: pause) else {
        throw ObjectError(.unavailable, "\(place) cannot be asked for credentials: \(trouble). Try again later.")
      }
      try environment.pause(pause)
      attempt += 1
    }
  }

  /// The credentials that a document in JSON gives.
  func credentials(in bytes: [UInt8], tokenName: String, from place: String) throws(ObjectError) -> Credentials {
    guard let document = FlatJSON(bytes), let accessKey = document["AccessKeyId"],
      let secret = document["SecretAccessKey"]
    else { throw ObjectError(.noCredentials, "\(place) gives no credentials: its answer holds none.") }
    return Credentials(
      accessKey: accessKey, secret: secret, token: document[tokenName],
      end: document["Expiration"].flatMap { WireTime.seconds(ofDocument: Array($0.utf8)) })
  }
}
