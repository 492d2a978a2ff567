import AssetCatalog
import ManifestModel

/// What the sections of the page show of a report, in the order in which they show it.
struct PageOverview {
  /// So many are shown in full; each section tells how many more there are.
  static let cardLimit = 200
  static let soonLimit = 40
  static let errorLimit = 40
  static let oddityLimit = 60

  /// Places in the report of the assets that need somebody: what matters most first, then what was never there, then what
  /// is late the longest.
  let cards: [Int]
  /// Places of those that are warned of because they expire, the next one first.
  let soon: [Int]
  /// Places of all that get a row.
  let rows: [Int]
  /// How many assets there are in each state.
  let counts: [FreshnessState: Int]
  /// Names that several assets have.
  let sharedNames: Set<String>
  private let shown: Set<AssetIdentifier>

  init(_ report: MorningReport) {
    let assets = report.assets
    cards = assets.indices.filter { assets[$0].level == .error }.sorted { left, right in
      let (a, b) = (assets[left], assets[right])
      if a.severity != b.severity { return a.severity > b.severity }
      return (Self.lateness(a), left) < (Self.lateness(b), right)
    }
    soon = assets.indices.filter { assets[$0].state == .warn && assets[$0].level != .error }.sorted {
      (assets[$0].freshUntil?.microseconds ?? .max, $0) < (assets[$1].freshUntil?.microseconds ?? .max, $1)
    }
    let isCut = assets.count > report.assetLimit
    rows = assets.indices.filter { !isCut || assets[$0].level != .ok }
    counts = Dictionary(assets.map { ($0.state, 1) }, uniquingKeysWith: +)
    var seen: Set<String> = []
    sharedNames = Set(assets.lazy.map(\.asset.name).filter { !seen.insert($0).inserted })
    shown = Set(rows.lazy.map { assets[$0].asset })
  }

  /// Whether the page has an element for an asset, so that a link to it leads somewhere.
  func hasPlace(_ asset: AssetIdentifier) -> Bool {
    shown.contains(asset)
  }

  /// Earlier is later: what was never there comes first.
  private static func lateness(_ asset: MorningReport.Asset) -> Int64 {
    switch asset.state {
    case .never, .unknown: .min
    default: asset.staleSince?.microseconds ?? .max
    }
  }
}

extension FreshnessState {
  /// The order in which the page counts the states: worst first.
  static let pageOrder: [FreshnessState] = [.never, .unknown, .stale, .warn, .fresh, .ignored]
}

extension FreshnessFinding.Kind {
  /// Its name for people.
  var words: String { rawValue.split(separator: "_").joined(separator: " ") }
}

/// The failures of a day by their text, so that one dead database is one line.
struct ErrorGroups {
  struct Group {
    /// The newest error as it was recorded; `nil` where none was.
    var error: String?
    var outcome: RunOutcome
    var count = 0
    /// Each asset once, the newest failure first.
    var assets: [AssetIdentifier] = []
    var latest: Timestamp?
  }

  let groups: [Group]

  init(_ failures: [MorningReport.Failure]) {
    var groups: [Group] = []
    var places: [String: Int] = [:]
    var seen: Set<[String]> = []
    for failure in failures {
      let key = "\(failure.error == nil ? failure.outcome.rawValue : "") \(failure.error.map(ErrorText.pattern) ?? "")"
      let place = places[key] ?? groups.count
      if place == groups.count {
        places[key] = place
        groups.append(Group(error: failure.error, outcome: failure.outcome))
      }
      groups[place].count += 1
      if seen.insert([key, failure.asset.name, failure.asset.id]).inserted {
        groups[place].assets.append(failure.asset)
      }
      groups[place].latest = [groups[place].latest, failure.failedAt].compactMap(\.self).max()
    }
    self.groups = groups.enumerated().sorted {
      ($1.element.count, $0.offset) < ($0.element.count, $1.offset)
    }.map(\.element)
  }
}
