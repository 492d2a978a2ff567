import ArgumentParser
import AssetCatalog

/// Which rows end the program with status 1.
enum FailOn: String, CaseIterable {
  case error, warn, none
  /// As `error`; earlier drafts had them.
  case stale, never

  init(_ text: String) throws {
    guard let value = FailOn(rawValue: text) else {
      throw ValidationError("there is no level \(quoted(text)); write error, warn or none")
    }
    self = value
  }

  func isFound(_ level: FreshnessLevel) -> Bool {
    switch self {
    case .error, .stale, .never: level == .error
    case .warn: level >= .warn
    case .none: false
    }
  }
}
