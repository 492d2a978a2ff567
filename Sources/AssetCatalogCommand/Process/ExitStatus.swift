import AssetCatalog
import FreshnessRules

/// What the program tells the one that called it.
enum ExitStatus: Int32, CaseIterable {
  /// Done; nothing was found that was looked for.
  case success = 0
  /// What was asked for was found: stale assets, failures, missing artifacts, differences, problems. Or an asset that
  /// was named does not exist.
  case found = 1
  /// The command line makes no sense.
  case usage = 64
  /// A policy file, a time or an SQL text cannot be read, or the index is of a newer program.
  case badData = 65
  /// There is no storage root there.
  case noSuchRoot = 66
  /// A defect of this program.
  case internalError = 70
  /// The tree or the index cannot be written.
  case cannotWrite = 73
  /// Reading or writing failed.
  case inputOutput = 74
  /// Another process is at it, or the time was up.
  case busy = 75

  /// The status for a failure of the catalog.
  init(_ code: CatalogError.Code) {
    switch code.kind {
    case .noSuchRoot: self = .noSuchRoot
    case .invalidArgument: self = .usage
    case .badData, .newerIndex: self = .badData
    case .busy, .timedOut, .running: self = .busy
    case .noSuchRun: self = .found
    case .cannotWrite: self = .cannotWrite
    case .damagedIndex, .inputOutput: self = .inputOutput
    case .internal: self = .internalError
    }
  }

  /// What the status means, for the help of a command.
  var meaning: String {
    switch self {
    case .success: "done, nothing found"
    case .found: "found"
    case .usage: "the command line makes no sense"
    case .badData: "something that was given cannot be used"
    case .noSuchRoot: "there is no such storage root"
    case .internalError: "a defect of asset-catalog"
    case .cannotWrite: "the tree or the index cannot be written"
    case .inputOutput: "reading or writing failed"
    case .busy: "busy, try again"
    }
  }
}

extension CatalogError {
  /// The message, with the options and commands that are the way out.
  var sentence: String {
    remedies.reduce(message) { sentence, remedy in
      "\(sentence.hasSuffix(".") ? sentence.dropLast() : sentence[...])\(remedy.spelling)."
    }
  }
}
