import AssetCatalog
import ManifestModel

/// What the sections of the page show of all assets, in the order in which they show it; gathered as they come.
struct PageOverview {
  /// How many are shown in full; each section tells how many more there are.
  static let cardLimit = 200
  static let soonLimit = 40
  static let errorLimit = 40
  static let oddityLimit = 60

  /// An asset that is shown whole, and its place among all.
  final class Shown {
    let asset: MorningReport.Asset
    let place: Int

    init(_ asset: MorningReport.Asset, at place: Int) {
      self.asset = asset
      self.place = place
    }
  }

  /// Orders assets by what matters most, then by a time, then by their names.
  struct Rank: Comparable {
    let severity: FreshnessSeverity
    let time: Int64
    let place: Int

    static func < (left: Rank, right: Rank) -> Bool {
      if left.severity != right.severity { return left.severity > right.severity }
      return (left.time, left.place) < (right.time, right.place)
    }
  }

  /// Something out of the ordinary about an asset.
  struct Oddity {
    let place: Int
    let finding: FreshnessFinding
  }

  /// Assets that need somebody: what matters most first, then what was never there, then what is late the longest.
  private(set) var cards = Foremost<Rank, Shown>(cardLimit)
  /// Those that are warned of because they expire, the next one first.
  private(set) var soon = Foremost<Rank, Shown>(soonLimit)
  /// How many assets there are in each state, and of each owner; the key of nobody's is empty.
  private(set) var counts = StateCounts()
  private(set) var countsByOwner: [String: StateCounts] = [:]
  /// Of those that need somebody: whether one is stale, how many are critical, and how many are new since yesterday.
  private(set) var hasStale = false
  private(set) var criticalCount = 0
  private(set) var newCount = 0
  /// The asset that is late the longest of those, and since when.
  private(set) var longestLate: (place: Int, since: Timestamp, rank: Rank)?
  /// The asset that expires next, and when.
  private(set) var nextToExpire: (place: Int, until: Timestamp)?
  /// How many expire in each of the next 24 hours, and how many of them are critical.
  private(set) var expiring = [Int](repeating: 0, count: 24)
  private(set) var criticalExpiring = [Int](repeating: 0, count: 24)
  /// What was found of assets: errors first.
  private(set) var oddities = [FreshnessLevel.error, .warn, .ok].map { ($0, FirstOf<Oddity>(oddityLimit)) }

  /// The worst level of any asset.
  private(set) var worstLevel = FreshnessLevel.ok

  private let now: Timestamp

  init(now: Timestamp) {
    self.now = now
  }

  /// Adds an asset; see ``MorningReport/add(_:completing:)``.
  mutating func add(
    _ asset: MorningReport.Asset, at place: Int, completing complete: (inout MorningReport.Asset) -> Void
  ) {
    counts.add(asset.state)
    worstLevel = max(worstLevel, asset.level)
    countsByOwner[asset.owner ?? "", default: StateCounts()].add(asset.state)
    for finding in asset.findings {
      let index = oddities.firstIndex { $0.0 == finding.level } ?? 0
      oddities[index].1.add(Oddity(place: place, finding: finding))
    }
    if let until = asset.freshUntil, until > now { add(expiry: until, of: asset, at: place) }
    func shown() -> Shown {
      var whole = asset
      complete(&whole)
      return Shown(whole, at: place)
    }
    if asset.level == .error {
      let rank = Rank(severity: asset.severity, time: Self.lateness(asset), place: place)
      cards.offer(rank, shown)
      addTrouble(asset, at: place, rank)
    } else if asset.state == .warn {
      soon.offer(
        Rank(severity: .normal, time: asset.freshUntil?.microseconds ?? .max, place: place), shown)
    }
  }

  private mutating func addTrouble(_ asset: MorningReport.Asset, at place: Int, _ rank: Rank) {
    hasStale = hasStale || asset.state == .stale
    if asset.severity == .critical { criticalCount += 1 }
    guard let since = asset.staleSince else { return }
    if since.microseconds > now.microseconds.saturatingSubtract(86_400_000_000) { newCount += 1 }
    if let longest = longestLate, (longest.since, longest.rank) <= (since, rank) { return }
    longestLate = (place, since, rank)
  }

  private mutating func add(expiry until: Timestamp, of asset: MorningReport.Asset, at place: Int) {
    if nextToExpire.map({ until < $0.until }) ?? true { nextToExpire = (place, until) }
    let hours = until.microseconds.saturatingSubtract(now.microseconds) / 3_600_000_000
    guard hours < 24 else { return }
    expiring[Int(hours)] += 1
    if asset.severity == .critical { criticalExpiring[Int(hours)] += 1 }
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
