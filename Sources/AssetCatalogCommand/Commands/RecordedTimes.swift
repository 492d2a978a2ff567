import ArgumentParser
import AssetCatalog
import FreshnessRules
import ManifestModel

/// The times of a run, as options give them.
struct RecordedTimes {
  let session: Session

  func time(_ text: String?, for option: String) throws(CommandFailure) -> Timestamp? {
    guard let text else { return nil }
    return try Session.time(text, now: session.now, for: option)
  }

  func milliseconds(_ text: String?) throws(CommandFailure) -> Int64? {
    guard let text else { return nil }
    let (seconds, attoseconds) = try Session.duration(text, for: "--duration").components
    return seconds * 1000 + attoseconds / 1_000_000_000_000_000
  }
}
