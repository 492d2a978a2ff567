internal import Dispatch
public import ManifestModel
internal import Synchronization

extension Catalog {
  /// Records that a run is under way, for schedulers that do not use
  /// ``run(_:runID:assetPath:parameters:signature:heartbeat:_:)``.
  ///
  /// A run that was heard of counts as running until three intervals have passed, however long it takes and whatever
  /// other runs of its asset do; one that is no longer heard of counts as interrupted. Only the run's own metadata is
  /// written, with one wait for the disk.
  ///
  /// ```swift
  /// try catalog.heartbeat(run.runID, of: orders, every: .seconds(60))
  /// ```
  ///
  /// - Parameters:
  ///   - runID: a run that has begun and has not ended.
  ///   - asset: its asset.
  ///   - interval: when the next one will come, at the latest; a second to a year, taken up to whole seconds. `nil` for
  ///     what was promised before, or else a minute.
  ///   - time: when the run was known to be alive; `nil` for now. One before the last heartbeat changes nothing.
  /// - Throws: ``CatalogError/Code/noSuchRun`` for a run that has not begun or has ended, ``CatalogError/Code/busy``
  ///   where another program rewrote its metadata at that moment; otherwise as `recordRun(_:)`.
  @discardableResult
  public func heartbeat(
    _ runID: String, of asset: AssetIdentifier, every interval: Duration? = nil, at time: Timestamp? = nil
  ) throws(CatalogError) -> RecordedRun {
    var report = RunReport(.alive, of: asset, runID: runID, endedAt: time)
    report.heartbeatSeconds = interval.map(\.wholeSeconds)
    return try recordRun(report)
  }

  /// What records again and again that a run is alive, once somebody makes it beat.
  ///
  /// - Parameter interval: as in ``heartbeat(_:of:every:at:)``; `nil` for none.
  package func heart(of asset: AssetIdentifier, runID: String, every interval: Duration?) -> Heart? {
    guard let interval else { return nil }
    var report = RunReport(.alive, of: asset, runID: runID)
    report.heartbeatSeconds = interval.wholeSeconds
    return Heart(self, report)
  }
}

/// Records again and again that a run is alive.
///
/// What goes wrong is said once: the next beat may go well, and the run goes on in any case.
package final class Heart: Sendable {
  private struct State {
    var isStopped = false
    var hasWarned = false
    var timer: (any DispatchSourceTimer)?
  }

  /// How long it is from one beat to the next.
  package let interval: Duration
  private let catalog: Catalog
  private let report: RunReport
  private let state = Mutex(State())

  fileprivate init(_ catalog: Catalog, _ report: RunReport) {
    self.catalog = catalog
    self.report = report
    interval = .seconds(report.heartbeatSeconds ?? RunMetadata.usualHeartbeatSeconds)
  }

  deinit {
    stop()
  }

  /// Lets it beat by itself. Where no thread is to be had this waits for one, as all of Dispatch does.
  func startTimer() {
    let span = DispatchTimeInterval.seconds(Int(interval.components.seconds))
    state.withLock { state in
      let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "asset-catalog.heartbeat"))
      timer.schedule(deadline: .now() + span, repeating: span)
      // The timer, which the heart holds, must not hold the heart.
      timer.setEventHandler { [weak self] in self?.beat() }
      timer.activate()
      state.timer = timer
    }
  }

  /// Records once that the run is alive; nothing once it was stopped.
  package func beat() {
    guard !state.withLock(\.isStopped) else { return }
    do throws(CatalogError) {
      try catalog.recordSignOfLife(report) { self.warn($0) }
    } catch {
      warn("That the run \(report.runID) is alive was not recorded: \(error.message)")
    }
  }

  /// Ends the beats. One that is under way may still come to its end, and says nothing any more.
  package func stop() {
    state.withLock { state in
      state.isStopped = true
      state.timer?.cancel()
      state.timer = nil
    }
  }

  private func warn(_ message: String) {
    let isNews = state.withLock { state in
      defer { state.hasWarned = true }
      return !state.hasWarned && !state.isStopped
    }
    if isNews { catalog.options.onWarning?(message) }
  }
}

extension Duration {
  /// The seconds, a part of one taken for a whole one.
  package var wholeSeconds: Int64 {
    let (seconds, attoseconds) = components
    return attoseconds > 0 && seconds < .max ? seconds + 1 : seconds
  }
}
