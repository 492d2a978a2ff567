internal import Synchronization

/// A root in a bucket of S3, or of a store that speaks as S3 does.
///
/// One for a process is enough: threads share its credentials, its quota of tries and what it finds out of the store,
/// and each has connections of its own while it asks.
package final class S3Bucket: ObjectStore {
  /// What the caller chooses.
  package struct Options: Hashable, Sendable {
    package var retries = RetryPolicy.background
    /// How long one request may take with all its tries and the way to credentials for it, in nanoseconds; `nil` for as
    /// long as they take.
    package var patience: Int64?
    /// Whether to agree to pay for requests to a bucket of others.
    package var requesterPays = false
    /// Whether to ask without credentials, as a public bucket allows.
    package var isAnonymous = false

    package init() {}
  }

  /// What was found out of the store.
  struct Findings: Hashable, Sendable {
    /// Where the bucket is, as its region says.
    var address: BucketAddress
    /// How far the store's clock is ahead of ours, in seconds.
    var clockOffset: Int64 = 0
    /// The same as the last listing told, whether or not the store minds.
    var secondsAhead: Int64?
    /// Whether it compares tags without their quotation marks only.
    var wantsBareTags = false
  }

  package let location: BucketLocation
  let settings: StorageSettings
  let options: Options
  let environment: StorageEnvironment
  let transport: any HTTPTransport
  let credentials: CredentialCache
  let signer = Signer()
  let quota: RetryQuota
  let findings: Mutex<Findings>

  /// Looks into the environment and the files of settings; asks nobody yet.
  ///
  /// - Throws: ``ObjectError/Code/misconfigured``, or ``ObjectError/Code/unsupported`` if libcurl is missing.
  package convenience init(
    _ location: BucketLocation, options: Options = Options(), environment: StorageEnvironment = .process()
  ) throws(ObjectError) {
    let profile = try Profile(environment)
    let settings = try StorageSettings(environment, profile: profile, location: location)
    let transport: CurlTransport
    do throws(HTTPFault) {
      transport = try CurlTransport(certificates: settings.certificates, isInterrupted: environment.isInterrupted)
    } catch {
      throw ObjectError(
        .unsupported, "\(location) cannot be reached: \(error.text). Install it, or use a folder as the root.")
    }
    try self.init(location, options: options, environment: environment, settings: settings, transport: transport) {
      deadline throws(ObjectError) in
      try CredentialChain(environment, transport: transport, profile: profile, region: settings.region).load(
        until: deadline)
    }
  }

  init(
    _ location: BucketLocation, options: Options, environment: StorageEnvironment, settings: StorageSettings,
    transport: any HTTPTransport, source: @escaping CredentialCache.Source
  ) throws(ObjectError) {
    self.location = location
    self.options = options
    self.environment = environment
    self.settings = settings
    self.transport = transport
    credentials = CredentialCache(environment, source: source)
    quota = RetryQuota(options.retries.quota)
    // us-east-1 is where AWS sends those on who do not know better.
    findings = Mutex(Findings(address: try settings.address(of: location, region: settings.region ?? "us-east-1")))
  }

  package var identity: String { "\(settings.store)/\(location.address.dropFirst(5))" }

  package var secondsAhead: Int64? { findings.withLock { $0.secondsAhead } }

  /// AWS promises it for all buckets that are supported here; of other stores nobody knows.
  package var ordersByBytes: Bool? { settings.endpoint == nil ? true : nil }

  /// Where the store is, for messages.
  var place: String {
    settings.endpoint.map(\.description) ?? "AWS"
  }
}
