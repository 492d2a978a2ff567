/// What a writer says of one run: that it began, or how it ended.
///
/// What is not given is taken from what was said of the same run before, then from the clock.
public struct RunReport: Sendable {
  /// Which moment in the life of a run the report is about.
  public enum Event: Sendable {
    /// The run began. Only its own metadata is written, as mad_prefect does it. A run that has succeeded cannot begin
    /// again.
    case started
    /// The run is under way. Only its own metadata is written, and only where it says that the run began and has not
    /// ended.
    case alive
    /// The run materialized its asset.
    case succeeded
    /// The run ended without materializing its asset.
    case failed(RunError)
  }

  /// Which run a report is about, where that is decided under the lock of its asset.
  package enum Choice: Sendable, Equatable {
    /// The one that the report names.
    case named
    /// The one that the report names if nothing was recorded of it, else the first unused of `ID.2`, `ID.3`, …
    case unused
    /// An unfinished run of the asset, whatever id the report names: the newest, or, of those that began at a time or
    /// later, the first.
    case unfinished(since: Timestamp?)
  }

  /// The asset that the run is of.
  public var asset: AssetIdentifier
  /// The run's id: the text after `asset_run_id=` in its path.
  public var runID: String
  /// What is reported.
  public var event: Event
  /// When the run began.
  public var startedAt: Timestamp?
  /// When the run ended: of a run that succeeded, the time of the materialization; of one that is alive, when it was.
  public var endedAt: Timestamp?
  /// How long the run took, in milliseconds; computed where both ends are known.
  public var durationMilliseconds: Int64?
  /// What the run wrote. `nil`: the manifest keeps the artifacts that it names; an empty list replaces them.
  public var artifacts: [ArtifactFacts]?
  /// The signature of the asset's configuration. `nil` and an empty text leave the manifest's as it is.
  public var signature: String?
  /// The path template of the asset.
  public var assetPath: String?
  /// The arguments of the run, as text.
  public var parameters: String?
  /// Which run it is about.
  package var choice: Choice = .named
  /// How many seconds will lie between two signs of life, 1 to 31,536,000. With it, a beginning is the first such sign
  /// and promises others; a sign of life without it keeps what was promised, 60 where nothing was.
  public var heartbeatSeconds: Int64?
  /// Given with a beginning: it is refused while another run of the asset is under way. A run without signs of life
  /// counts as such for this long after its start, in microseconds, or until one that began later has ended.
  package var runningWindowMicroseconds: Int64?

  /// A report from its parts.
  public init(
    _ event: Event, of asset: AssetIdentifier, runID: String, startedAt: Timestamp? = nil, endedAt: Timestamp? = nil,
    durationMilliseconds: Int64? = nil, artifacts: [ArtifactFacts]? = nil, signature: String? = nil,
    assetPath: String? = nil, parameters: String? = nil
  ) {
    self.event = event
    self.asset = asset
    self.runID = runID
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.durationMilliseconds = durationMilliseconds
    self.artifacts = artifacts
    self.signature = signature
    self.assetPath = assetPath
    self.parameters = parameters
  }

  /// A run id like those that mad_prefect makes: 32 hexadecimal digits, here random ones.
  public static func makeRunID() -> String {
    var generator = SystemRandomNumberGenerator()
    return makeRunID(using: &generator)
  }

  /// A run id from a given source of randomness.
  package static func makeRunID(using generator: inout some RandomNumberGenerator) -> String {
    var digits: [UInt8] = []
    for _ in 0..<2 {
      let word: UInt64 = generator.next()
      for shift in stride(from: UInt64(60), through: 0, by: -4) {
        let digit = UInt8(word >> shift & 0xF)
        digits.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      }
    }
    return String(decoding: digits, as: UTF8.self)
  }
}

extension RunReport {
  /// Whether the run is over, so that the manifest tells of it.
  package var isEnd: Bool {
    switch event {
    case .started, .alive: false
    case .succeeded, .failed: true
    }
  }

  /// Whether it is a sign of life of a run that began before.
  package var isSignOfLife: Bool {
    if case .alive = event { true } else { false }
  }

  /// The run's metadata after this report.
  ///
  /// - Parameters:
  ///   - former: What the file held before, if it was of this run. Its unknown fields are kept.
  ///   - now: The time of the report.
  package func metadata(after former: RunMetadata?, at now: Timestamp) -> RunMetadata {
    if isSignOfLife, var result = former {
      // Signs of life may overtake each other on their way.
      result.heartbeatAt = max(endedAt ?? now, result.heartbeatAt ?? .earliest)
      result.heartbeatSeconds = heartbeatSeconds ?? result.heartbeatSeconds ?? RunMetadata.usualHeartbeatSeconds
      return result
    }
    var result = RunMetadata(
      id: runID, assetID: asset.id, assetName: asset.name, assetPath: assetPath ?? former?.assetPath,
      parameters: parameters ?? former?.parameters, unknownFields: former?.unknownFields ?? [])
    guard isEnd else {
      result.startedAt = startedAt ?? now
      if let heartbeatSeconds {
        result.heartbeatAt = now
        result.heartbeatSeconds = heartbeatSeconds
      }
      return result
    }
    let end = endedAt ?? now
    let start = startedAt ?? former?.startedAt
    result.startedAt = start ?? end.advanced(byMilliseconds: -(durationMilliseconds ?? 0))
    result.durationMilliseconds = durationMilliseconds ?? start.map { Self.duration(from: $0, to: end) }
    result.artifacts = artifacts
    switch event {
    case .started, .alive: break
    case .succeeded:
      result.materialized = end
      result.status = .success
    case .failed(let error):
      result.status = .failed
      result.error = error
    }
    return result
  }

  /// The asset's manifest after this report, which must be of an end.
  ///
  /// - Parameters:
  ///   - former: The manifest so far, or `nil` where there is none that mad_prefect would load.
  ///   - metadata: What ``metadata(after:at:)`` gave.
  package func manifest(
    after former: Manifest?, metadata: RunMetadata, layout: MetadataLayout, at now: Timestamp
  ) -> Manifest {
    let run = ManifestRun(
      id: runID, metadataPath: layout.runMetadataPath(asset, runID: runID), materialized: metadata.materialized,
      artifactPaths: artifacts?.map(\.path) ?? [])
    return Manifest.recording(
      run, of: asset, status: metadata.status ?? .unknown, error: metadata.error?.summary,
      artifacts: artifacts?.map(\.path), signature: signature, after: former, at: now)
  }

  /// Whole milliseconds, as mad_prefect computes them: in a `float`, so that 1.001 s may become 1000.
  private static func duration(from start: Timestamp, to end: Timestamp) -> Int64 {
    let (microseconds, overflow) = end.microseconds.subtractingReportingOverflow(start.microseconds)
    // A clock that was set back must not make a run take less than nothing.
    guard !overflow, microseconds > 0 else { return 0 }
    return Int64(Double(microseconds) / 1_000_000 * 1_000)
  }
}

extension RunError {
  /// The error as one text, as the manifest has it: `type: message`.
  package var summary: String { type.map { "\($0): \(message)" } ?? message }
}

extension Timestamp {
  /// The moment this many milliseconds later, or the nearest one that a manifest can hold.
  package func advanced(byMilliseconds milliseconds: Int64) -> Timestamp {
    let (span, tooLong) = milliseconds.multipliedReportingOverflow(by: 1_000)
    let (sum, tooFar) = microseconds.addingReportingOverflow(span)
    if tooLong || tooFar { return milliseconds < 0 ? .earliest : .latest }
    return min(max(Timestamp(microseconds: sum), .earliest), .latest)
  }
}
