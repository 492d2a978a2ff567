public import ManifestModel
internal import Synchronization

/// A run that is under way, in the hands of the code that does the work.
public final class RunContext: Sendable {
  /// The asset.
  public let asset: AssetIdentifier
  /// The run: the text after `asset_run_id=` in its path.
  public let runID: String
  private let state = Mutex<[ArtifactFacts]?>(nil)

  init(asset: AssetIdentifier, runID: String) {
    self.asset = asset
    self.runID = runID
  }

  /// What the run wrote so far; `nil` while nobody said. Setting it to an empty list says that it wrote nothing.
  public var artifacts: [ArtifactFacts]? {
    get { state.withLock { $0 } }
    set { state.withLock { $0 = newValue } }
  }

  /// Says that the run wrote a file; size, time, format, rows and schema are read from it when the run is over.
  ///
  /// - Parameter path: relative to the storage root.
  public func addArtifact(_ path: String) {
    addArtifact(ArtifactFacts(path: path))
  }

  /// Says that the run wrote a file, of which the caller knows more than its path.
  public func addArtifact(_ artifact: ArtifactFacts) {
    state.withLock { $0 = ($0 ?? []) + [artifact] }
  }
}

extension Catalog {
  /// Runs `body` as a run of an asset: records that it began, and how it ended.
  ///
  /// When `body` returns, the run succeeded with the artifacts that it named. When `body` throws, the run failed with
  /// the type, the message and the details of the error, which is then thrown on; if the failure cannot be recorded,
  /// ``Options/onWarning`` is told. Where the task was cancelled by then, the message says that, too: the one need not
  /// come of the other.
  ///
  /// When the task is cancelled by the time that `body` returns, the run failed, too, and `CancellationError` is
  /// thrown: a body that sees the cancellation and returns early may have written only a part of its artifacts.
  ///
  /// While `body` runs, the run says every minute that it is alive, so that it counts as running however long it takes,
  /// and as interrupted soon after the process was killed. A heartbeat that fails is one warning.
  ///
  /// When `body` returns and the success cannot be recorded, that error is thrown and what `body` returned is lost; the
  /// run stays recorded as begun. Give a run id, and keep the result outside of `body`, to record it again with
  /// ``finishRun(_:of:artifacts:materialized:signature:)``.
  ///
  /// ```swift
  /// try catalog.run(orders, assetPath: "bronze/orders.csv") { run in
  ///   try export(to: "/data/lake/bronze/orders.csv")
  ///   run.addArtifact("bronze/orders.csv")
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - asset: the asset.
  ///   - runID: as in ``startRun(of:runID:startedAt:assetPath:parameters:heartbeatEvery:)``.
  ///   - assetPath: the path template of the asset.
  ///   - parameters: the arguments of the run, as text.
  ///   - signature: the signature of the asset's configuration; `nil` leaves the manifest's as it is.
  ///   - interval: how often the run says that it is alive, a second at least; `nil` for never.
  ///   - body: does the work, and names what it wrote.
  /// - Throws: What `body` throws; `CancellationError`; what `recordRun(_:)` throws for the beginning, before `body` is
  ///   called, and for the success.
  public func run<R>(
    _ asset: AssetIdentifier, runID: String? = nil, assetPath: String? = nil, parameters: String? = nil,
    signature: String? = nil, heartbeat interval: Duration? = .seconds(60), _ body: (RunContext) throws -> R
  ) throws -> R {
    let context = RunContext(asset: asset, runID: runID ?? RunReport.makeRunID())
    try recordRun(context.beginning(assetPath: assetPath, parameters: parameters, heartbeat: interval))
    let heart = heart(of: asset, runID: context.runID, every: interval)
    heart?.startTimer()
    defer { heart?.stop() }
    let result: R
    do {
      result = try body(context)
      heart?.stop()
      try Task.checkCancellation()
    } catch {
      heart?.stop()
      do throws(CatalogError) {
        try recordRun(context.failure(error, signature: signature))
      } catch let failure {
        warn(of: failure, recording: error, of: context)
      }
      throw error
    }
    try recordRun(context.success(signature: signature))
    return result
  }

  /// Runs `body` as a run of an asset; otherwise as the form without `async`.
  ///
  /// A body that throws `CancellationError` fails with the type `Cancelled`, and one that throws another error fails
  /// with the type of that, also in a task that is cancelled. The failure is recorded before the error is thrown on.
  ///
  /// ```swift
  /// try await catalog.run(orders) { run in
  ///   let file = try await download(orders)
  ///   run.addArtifact(file)
  /// }
  /// ```
  public func run<R>(
    _ asset: AssetIdentifier, runID: String? = nil, assetPath: String? = nil, parameters: String? = nil,
    signature: String? = nil, heartbeat interval: Duration? = .seconds(60),
    isolation: isolated (any Actor)? = #isolation,
    _ body: (RunContext) async throws -> sending R
  ) async throws -> sending R {
    let context = RunContext(asset: asset, runID: runID ?? RunReport.makeRunID())
    try await recordRun(context.beginning(assetPath: assetPath, parameters: parameters, heartbeat: interval))
    let heart = heart(of: asset, runID: context.runID, every: interval)
    heart?.startTimer()
    defer { heart?.stop() }
    let result: R
    do {
      result = try await body(context)
      heart?.stop()
      try Task.checkCancellation()
    } catch {
      heart?.stop()
      do throws(CatalogError) {
        try await recordRun(context.failure(error, signature: signature))
      } catch let failure {
        warn(of: failure, recording: error, of: context)
      }
      throw error
    }
    try await recordRun(context.success(signature: signature))
    return result
  }

  private func warn(of failure: CatalogError, recording error: any Error, of context: RunContext) {
    options.onWarning?(
      "The run \(context.runID) failed (\(error)), and that could not be recorded: \(failure.message)")
  }
}

extension RunContext {
  fileprivate func beginning(assetPath: String?, parameters: String?, heartbeat: Duration?) -> RunReport {
    var report = RunReport(.started, of: asset, runID: runID, assetPath: assetPath, parameters: parameters)
    report.heartbeatSeconds = heartbeat.map(\.wholeSeconds)
    return report
  }

  fileprivate func success(signature: String?) -> RunReport {
    RunReport(.succeeded, of: asset, runID: runID, artifacts: artifacts, signature: signature)
  }

  fileprivate func failure(_ error: any Error, signature: String?) -> RunReport {
    RunReport(.failed(RunError(describing: error)), of: asset, runID: runID, signature: signature)
  }
}

extension RunError {
  /// What an error says of itself: its type, its description, and its details where these say more. Of a task that is
  /// cancelled the message says so.
  init(describing error: any Error) {
    guard !(error is CancellationError) else {
      self.init(type: "Cancelled", message: "The task was cancelled.")
      return
    }
    let message = String(describing: error)
    let details = String(reflecting: error)
    self.init(
      type: String(describing: Swift.type(of: error)),
      message: Task.isCancelled ? "\(message) (the task was cancelled)" : message,
      traceback: details == message ? nil : details)
  }
}
