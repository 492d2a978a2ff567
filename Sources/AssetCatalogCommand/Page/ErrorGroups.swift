import AssetCatalog
import ManifestModel

/// The failures of a day by their text, so that one dead database is one line.
struct ErrorGroups {
  /// Failures that are one line.
  struct Group {
    /// The first line of the newest error; `nil` where none was recorded.
    var error: String?
    var outcome: RunOutcome
    var count = 0
    /// The first few assets, the newest failure first; each once.
    var assets = FirstOf<AssetIdentifier>(4)
    var latest: Timestamp?
    /// The assets that were counted, by their places, and those without one.
    fileprivate var places: Set<Int> = []
    fileprivate var strangers: Set<AssetIdentifier> = []
  }

  /// How many failures there were.
  private(set) var count = 0
  private var found: [Group] = []
  private var indices: [String: Int] = [:]

  /// The most frequent first; of equal ones, that of the newest failure.
  var groups: [Group] {
    found.enumerated().sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }.map(\.element)
  }

  /// Adds a failure; the newest comes first.
  ///
  /// - Parameter place: that of its asset on the page, always the same; `nil` where it has none.
  mutating func add(_ failure: MorningReport.Failure, place: Int? = nil) {
    count += 1
    let key = "\(failure.error == nil ? failure.outcome.rawValue : "") \(failure.error.map(ErrorText.pattern) ?? "")"
    let index = indices[key] ?? found.count
    if index == found.count {
      indices[key] = index
      found.append(Group(error: failure.error.map(ErrorText.firstLine), outcome: failure.outcome))
    }
    found[index].count += 1
    let isNew =
      place.map { found[index].places.insert($0).inserted } ?? found[index].strangers.insert(failure.asset).inserted
    if isNew { found[index].assets.add(failure.asset) }
    found[index].latest = [found[index].latest, failure.failedAt].compactMap(\.self).max()
  }
}
