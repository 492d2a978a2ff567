internal import CatalogIndex
internal import ManifestModel

/// What can be recorded.
enum RecordRules {
  /// The longest name of a file on Linux.
  private static let longestComponent = 255

  /// Refuses what cannot be recorded.
  ///
  /// - Parameter now: The clock that no time may be ahead of; `nil` where any time will do.
  static func check(_ report: RunReport, now: Timestamp?) throws(CatalogError) {
    try check(report.asset.name, MetadataLayout.component(forName: report.asset.name), "an asset's name")
    try check(report.asset.id, MetadataLayout.component(forID: report.asset.id), "an asset's id")
    try check(report.runID, MetadataLayout.component(forRunID: report.runID), "a run's id")
    for text in [report.asset.name, report.asset.id] where text.utf8.contains(where: { $0 == 0x7B || $0 == 0x7D }) {
      // mad_prefect calls `str.format` on the path of a manifest.
      throw CatalogError(
        .invalidArgument,
        "'\(text)' cannot be recorded: mad_prefect would replace what stands in braces, so use a name without { and }.")
    }
    for time in [report.startedAt, report.endedAt] {
      guard let time, !(Timestamp.earliest...Timestamp.latest).contains(time) else { continue }
      throw CatalogError(.invalidArgument, "The time \(time) cannot be recorded: give one in the years 1 to 9999.")
    }
    if let now { try check([report.startedAt, report.endedAt], areNotAheadOf: now) }
    if let seconds = report.heartbeatSeconds, !RunMetadata.heartbeatSecondsRange.contains(seconds) {
      throw CatalogError(
        .invalidArgument, "A run cannot say that it is alive every \(seconds) s: give an interval of 1 s to 365 days.")
    }
    if let duration = report.durationMilliseconds, duration < 0 {
      throw CatalogError(.invalidArgument, "A run cannot have taken \(duration) ms: give a duration of 0 or more.")
    }
    for artifact in report.artifacts ?? [] where artifact.path.isEmpty || artifact.path.utf8.contains(0) {
      throw CatalogError(
        .invalidArgument, "'\(artifact.path)' is no path of an artifact: give one relative to the storage root.")
    }
  }

  /// A run that began or ended in a time to come would be the newest for all that time.
  private static func check(_ times: [Timestamp?], areNotAheadOf now: Timestamp) throws(CatalogError) {
    for time in times {
      guard let time, ClockTolerance.isAhead(time.microseconds, of: now.microseconds) else { continue }
      throw CatalogError(
        .invalidArgument, "The time \(time) is ahead of the clock, which says \(now): set the clocks right.",
        remedies: [.allowTimesAhead])
    }
  }

  private static func check(_ text: String, _ component: String, _ what: String) throws(CatalogError) {
    guard MetadataLayout.isValidComponent(text) else {
      throw CatalogError(
        .invalidArgument,
        "'\(text)' cannot be \(what): give one path component, which is not empty, '.' or '..' and has no / and no NUL."
      )
    }
    guard component.utf8.count <= longestComponent else {
      let limit = longestComponent - (component.utf8.count - text.utf8.count)
      throw CatalogError(
        .invalidArgument, "'\(text)' cannot be \(what): it has \(text.utf8.count) bytes, and \(limit) is the limit.")
    }
  }
}
