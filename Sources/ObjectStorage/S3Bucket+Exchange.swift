internal import ManifestModel
internal import Synchronization

/// What is asked of the bucket, before it is addressed and signed.
struct BucketRequest: Sendable {
  var method: HTTPRequest.Method
  /// The whole key; `nil` for the bucket itself.
  var key: [UInt8]?
  var parameters: [(name: String, value: [UInt8])] = []
  var headers: [(name: String, value: String)] = []
  var body: [UInt8] = []
  var bodyLimit = 1 << 20
  /// When somebody has waited long enough for it.
  var deadline = RequestDeadline.none
  /// What cannot be done if it fails, and with what, for messages.
  var purpose: Purpose

  /// The sentence is made only where it is needed: most requests have an answer.
  struct Purpose: Sendable, CustomStringConvertible {
    enum Verb: String, Sendable {
      case list = "listed"
      case look = "looked at"
      case read
      case write = "written"
    }

    var verb: Verb
    var bucket: String
    /// The whole key, or prefix.
    var key: [UInt8]

    var description: String {
      "s3://\(bucket)/\(String(decoding: key, as: UTF8.self).printable) cannot be \(verb.rawValue)"
    }
  }
}

/// Tries of one request, and how long to wait between them.
struct RetryTurns: ~Copyable {
  private let bucket: S3Bucket
  /// Tries so far that got no answer.
  private(set) var lost = 0

  init(_ bucket: S3Bucket) {
    self.bucket = bucket
  }

  /// Waits until it is time for another try.
  ///
  /// - Throws: ``ObjectError/Code/unavailable`` if there have been enough of them.
  mutating func wait(after loss: S3Bucket.Loss, _ request: BucketRequest) throws(ObjectError) {
    lost += 1
    let ceiling = RetryPolicy.ceiling(after: lost, isThrottled: loss.isThrottled)
    let pause = max(Int64(bucket.environment.random() * Double(ceiling)), loss.leastPause)
    guard request.deadline.allows(pause: pause), lost < min(bucket.options.retries.attempts, loss.mostTries),
      bucket.quota.take()
    else {
      let tries = lost == 1 ? "" : " after \(lost) tries"
      throw ObjectError(loss.code, "\(request.purpose)\(tries): \(loss.text). \(loss.advice)")
    }
    try bucket.environment.pause(pause)
  }

  /// Says that there is an answer.
  consuming func succeed() { bucket.quota.giveBack(lost) }
}

extension S3Bucket {
  /// A request for one object, by its key below the root.
  func request(_ method: HTTPRequest.Method, _ key: [UInt8], _ verb: BucketRequest.Purpose.Verb) -> BucketRequest {
    let whole = location.prefix + key
    return BucketRequest(
      method: method, key: whole, deadline: RequestDeadline(in: options.patience),
      purpose: BucketRequest.Purpose(verb: verb, bucket: location.bucket, key: whole))
  }

  /// Why a try got no answer; whether the store did what it was asked is not known.
  struct Loss: Hashable, Sendable {
    var text: String
    var isThrottled = false
    /// What the store asks for, in nanoseconds.
    var leastPause: Int64 = 0
    /// How many tries it is worth, where it will probably stay as it is.
    var mostTries = Int.max
    /// What it comes to in the end.
    var code = ObjectError.Code.unavailable
    var advice = "Try again later."
  }

  enum Reply: Sendable {
    case answer(HTTPResponse)
    case lost(Loss)
  }

  /// Asks until there is an answer, for what may be asked twice.
  func exchange(_ request: BucketRequest) throws(ObjectError) -> HTTPResponse {
    var turns = RetryTurns(self)
    while true {
      switch try attempt(request) {
      case .answer(let response):
        turns.succeed()
        return response
      case .lost(let loss): try turns.wait(after: loss, request)
      }
    }
  }

  /// Asks once. What the answer says of the region, the clock or the credentials is mended, once each, and asked again.
  func attempt(_ request: BucketRequest) throws(ObjectError) -> Reply {
    var mended: Set<Mending> = []
    while true {
      let response: HTTPResponse
      let used: Use
      do {
        used = try prepare(request)
        response = try transport.perform(message(request, used))
      } catch let fault as HTTPFault {
        return try .lost(loss(fault, request))
      } catch let error as ObjectError {
        throw error
      } catch {
        throw ObjectError(.unavailable, "\(request.purpose): \(error)")
      }
      if let loss = loss(response, request.method) { return .lost(loss) }
      guard let mending = mending(response, used), mended.insert(mending).inserted else { return .answer(response) }
    }
  }

  private enum Mending: Hashable { case region, clock, credentials }

  /// With what a request is made.
  private struct Use {
    var credentials: Credentials?
    var findings: Findings
  }

  private func prepare(_ request: BucketRequest) throws(ObjectError) -> Use {
    Use(
      credentials: options.isAnonymous ? nil : try credentials.current(until: request.deadline),
      findings: findings.withLock { $0 })
  }

  private func message(_ request: BucketRequest, _ use: Use) -> HTTPRequest {
    let address = use.findings.address
    var path = address.path
    if let key = request.key {
      path += "/" + PercentEncoding.encode(key, keepsSlashes: true)
    } else if path.isEmpty {
      path = "/"
    }
    var message = HTTPRequest(
      method: request.method, origin: address.origin, path: path, query: PercentEncoding.query(request.parameters))
    message.headers = request.headers
    message.body = request.body
    message.bodyLimit = request.bodyLimit
    message.limits = environment.limits
    request.deadline.limit(&message.limits)
    if options.requesterPays { message.headers.append(("x-amz-request-payer", "requester")) }
    if let credentials = use.credentials {
      signer.sign(
        &message, credentials, SignatureV4.Scope(region: address.region, service: "s3"),
        at: environment.seconds + use.findings.clockOffset)
    }
    return message
  }

  /// - Returns: what was mended, if the request is to be made again.
  private func mending(_ response: HTTPResponse, _ use: Use) -> Mending? {
    guard response.status >= 300 else { return nil }
    let document = ErrorDocument(response.body)
    if [301, 302, 307, 308, 400, 403].contains(response.status),
      let region = region(response, document), region != use.findings.address.region,
      let address = try? settings.address(of: location, region: region)
    {
      findings.withLock { $0.address = address }
      return .region
    }
    switch document?.code {
    case "RequestTimeTooSkewed", "RequestExpired":
      guard let theirs = response.header("date").flatMap(WireTime.seconds(ofHeader:)) else { return nil }
      findings.withLock { $0.clockOffset = theirs - environment.seconds }
      return .clock
    case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired":
      guard let credentials = use.credentials else { return nil }
      self.credentials.discard(credentials)
      return .credentials
    default: return nil
    }
  }

  /// The region that the store names as the bucket's.
  private func region(_ response: HTTPResponse, _ document: ErrorDocument?) -> String? {
    if let region = response.text("x-amz-bucket-region"), (1...64).contains(region.utf8.count),
      region.utf8.allSatisfy({
        ($0 | 0x20) &- UInt8(ascii: "a") < 26 || $0 &- UInt8(ascii: "0") < 10 || $0 == UInt8(ascii: "-")
      })
    {
      return region
    }
    return document?.code == "AuthorizationHeaderMalformed" || document?.code == "PermanentRedirect"
      ? document?.region : nil
  }

  private func loss(_ fault: HTTPFault, _ request: BucketRequest) throws(ObjectError) -> Loss {
    switch fault.kind {
    case .interrupted: throw ObjectError(.interrupted, "The program was told to stop.")
    case .untrusted:
      throw ObjectError(
        .untrusted,
        "\(request.purpose): \(fault.text). Name the certificates to trust in AWS_CA_BUNDLE, or correct the endpoint.")
    // No word of the store's about what it can do.
    case .unusable: throw ObjectError(.unavailable, "\(request.purpose): \(fault.text).")
    case .unresolved:
      return Loss(text: "\(fault.text): \(place)", mostTries: 3, advice: "Correct the endpoint, or see to the network.")
    case .unreachable:
      return Loss(
        text: "\(fault.text): \(place)", advice: "Correct the endpoint or the proxy, or try again later.")
    // Each of them has taken long enough.
    case .timedOut: return Loss(text: fault.text, mostTries: 3)
    case .broken: return Loss(text: fault.text)
    }
  }

  private func loss(_ response: HTTPResponse, _ method: HTTPRequest.Method) -> Loss? {
    let isGood = response.status >= 200 && response.status < 300
    // The answer to a write that was done holds nothing; that to a read may be a document of whatever kind.
    let code = isGood && method != .put ? nil : ErrorDocument(response.body)?.code
    switch response.status {
    case 200..<300:
      return code.map { Loss(text: "the store says \($0)", isThrottled: $0 == "SlowDown") }
    case 408, 429, 500, 502, 503, 504, 509: break
    case 400 where code == "RequestTimeout": break
    case 520...530: break  // Of proxies that reach no server behind them.
    default: return nil
    }
    let isThrottled =
      [429, 503, 509].contains(response.status)
      || ["SlowDown", "Throttling", "RequestLimitExceeded", "TooManyRequests"].contains(code ?? "")
    let pause = response.header("retry-after").flatMap { Int64(digits: $0) }.map { min($0, 20) * 1_000_000_000 }
    return Loss(
      text: "the store answers with status \(response.status)" + (code.map { " (\($0))" } ?? ""),
      isThrottled: isThrottled, leastPause: pause ?? 0)
  }
}

extension S3Bucket {
  /// What an answer that is neither the one hoped for nor an absence means.
  func refusal(_ response: HTTPResponse, _ request: BucketRequest) -> ObjectError {
    let code = ErrorDocument(response.body)?.code
    let said = code ?? "status \(response.status)"
    switch (response.status, code) {
    case (_, "NoSuchBucket"):
      return ObjectError(
        .noSuchBucket, "There is no bucket \(location.bucket) at \(place): correct its name, or the endpoint.")
    case (_, "RequestTimeTooSkewed"), (_, "RequestExpired"):
      return ObjectError(
        .unknownCaller, "\(request.purpose): the clock of this host differs from the store's (\(said)): set it.")
    case (_, "SignatureDoesNotMatch"):
      return ObjectError(
        .unknownCaller,
        "\(request.purpose): the secret does not go with the access key (\(said)): correct it."
      )
    case (_, "InvalidAccessKeyId"):
      return ObjectError(
        .unknownCaller, "\(request.purpose): the store does not know the access key (\(said)): correct it.")
    case (_, "ExpiredToken"), (_, "ExpiredTokenException"), (_, "TokenRefreshRequired"), (_, "InvalidToken"):
      return ObjectError(
        .unknownCaller, "\(request.purpose): the session of the credentials has ended (\(said)): get new ones.")
    case (401, _), (403, _):
      return ObjectError(
        .denied,
        "\(request.purpose): the store refuses it (\(said)). Allow it to these credentials, or choose others.")
    case (300..<400, _):
      return ObjectError(
        .misconfigured,
        "\(request.purpose): the store refers to another address (\(said)). Set AWS_REGION, or the endpoint."
      )
    case (501, _), (405, _):
      return ObjectError(.unsupported, "\(request.purpose): the store cannot do it (\(said)).")
    default:
      guard code == nil else {
        return ObjectError(
          .malformed,
          "\(request.purpose): the store refuses it (\(said)). Correct the name, the region or the endpoint.")
      }
      return ObjectError(
        .malformed,
        "\(request.purpose): \(place) does not answer as S3 does (\(said)). Correct the endpoint, or see to its proxy.")
    }
  }

  /// Whether the store says that the bucket is there and the object is not, or cannot be since no key is so long. A
  /// bare 404 says nothing: a proxy may have sent it.
  func isAbsence(_ response: HTTPResponse) -> Bool {
    switch response.status {
    case 404: ErrorDocument(response.body)?.code == "NoSuchKey"
    case 400: ErrorDocument(response.body)?.code == "KeyTooLongError"
    default: false
    }
  }

  /// What the head of a good answer says of an object.
  func facts(_ key: [UInt8], _ response: HTTPResponse, _ request: BucketRequest) throws(ObjectError) -> ObjectFacts {
    let size: [UInt8]?
    if response.status == 206 {
      let range = response.header("content-range")
      size = range.flatMap { $0.lastIndex(of: UInt8(ascii: "/")).map { slash in Array(range?[(slash + 1)...] ?? []) } }
    } else {
      size = response.header("content-length")
    }
    guard let tag = response.header("etag"), !tag.isEmpty, let size = size.flatMap({ Int64(digits: $0) }),
      let modified = response.header("last-modified").flatMap(WireTime.seconds(ofHeader:)).flatMap({
        Timestamp(seconds: $0)
      })
    else {
      throw ObjectError(
        .malformed,
        "\(request.purpose): \(place) does not answer as S3 does. Correct the endpoint, or see to its proxy.")
    }
    return ObjectFacts(key: key, version: ObjectVersion(tag: tag), size: size, modified: modified)
  }
}
