import AssetCatalog
import ManifestModel

/// All assets of a page in a few bytes each: what stands in their rows, and where to find them by their names.
struct PageAssets {
  /// What stands in the row of an asset beside its name.
  struct Row {
    /// Until when the asset is good, or since when it is not.
    enum Limit {
      case none
      case staleSince(Timestamp)
      case freshUntil(Timestamp)

      var time: Timestamp? {
        switch self {
        case .none: nil
        case .staleSince(let time), .freshUntil(let time): time
        }
      }
    }

    /// The place of the asset.
    let place: Int
    let limit: Limit
    let lastMaterialized: Timestamp?
    /// The place of the owner among ``PageAssets/owners``.
    let owner: Int?
    /// The share of the last 30 days in which its demand held.
    let share: Double?
    /// What the row names of what was found.
    let findings: FoundKinds?
    fileprivate let runs: Range<Int>
  }

  /// The kinds of the first two findings, and whether each is an error.
  final class FoundKinds {
    let kinds: [(kind: FreshnessFinding.Kind, isError: Bool)]

    init?(_ findings: [FreshnessFinding]) {
      if findings.isEmpty { return nil }
      kinds = findings.prefix(2).map { ($0.kind, $0.level == .error) }
    }
  }

  private struct Entry {
    /// Where its name begins in the text; the id follows the name.
    let start: Int
    let nameLength: Int32
    let idLength: Int32
    let row: Int32
    let state: FreshnessState
  }

  /// Those that get a row, in order.
  private(set) var rows: [Row] = []
  /// Owners, each once.
  private(set) var owners: [String] = []
  /// Whether any row tells of a share.
  private(set) var hasShares = false

  private var text: [UInt8] = []
  private var entries: [Entry] = []
  private var runs: [MorningReport.Run] = []
  private var ownerPlaces: [String: Int] = [:]

  var count: Int { entries.count }
  var indices: Range<Int> { entries.indices }

  /// Adds an asset, which comes after all others by its name and id.
  ///
  /// - Returns: its place.
  @discardableResult
  mutating func append(_ asset: MorningReport.Asset, hasRow: Bool) -> Int {
    let start = text.count
    text.append(contentsOf: asset.asset.name.utf8)
    let nameLength = text.count - start
    text.append(contentsOf: asset.asset.id.utf8)
    let owner = asset.owner.map { place(ofOwner: $0) }
    if hasRow {
      let first = runs.count
      runs.append(contentsOf: asset.runs.suffix(MorningReport.Run.mostShown))
      hasShares = hasShares || asset.share != nil
      rows.append(
        Row(
          place: entries.count,
          limit: asset.staleSince.map { .staleSince($0) } ?? asset.freshUntil.map { .freshUntil($0) } ?? .none,
          lastMaterialized: asset.lastMaterialized, owner: owner, share: asset.share,
          findings: FoundKinds(asset.findings), runs: first..<runs.count))
    }
    entries.append(
      Entry(
        start: start, nameLength: Int32(nameLength), idLength: Int32(text.count - start - nameLength),
        row: hasRow ? Int32(rows.count - 1) : -1, state: asset.state))
    return entries.count - 1
  }

  private mutating func place(ofOwner owner: String) -> Int {
    if let place = ownerPlaces[owner] { return place }
    ownerPlaces[owner] = owners.count
    owners.append(owner)
    return owners.count - 1
  }

  // MARK: One asset

  func state(_ place: Int) -> FreshnessState { entries[place].state }

  func hasRow(_ place: Int) -> Bool { entries[place].row >= 0 }

  /// The place of its row among ``rows``.
  func row(_ place: Int) -> Int { Int(entries[place].row) }

  /// Its last runs, oldest first.
  func runs(of row: Row) -> ArraySlice<MorningReport.Run> { runs[row.runs] }

  /// Its name and id.
  func asset(_ place: Int) -> AssetIdentifier {
    withName(place) { name, id in
      AssetIdentifier(name: String(decoding: name, as: UTF8.self), id: String(decoding: id, as: UTF8.self))
    }
  }

  /// Lends the bytes of its name and of its id.
  func withName<Result>(
    _ place: Int, _ body: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result {
    let entry = entries[place]
    return text.withUnsafeBufferPointer { text in
      let middle = entry.start + Int(entry.nameLength)
      return body(
        UnsafeBufferPointer(rebasing: text[entry.start..<middle]),
        UnsafeBufferPointer(rebasing: text[middle..<(middle + Int(entry.idLength))]))
    }
  }

  /// Whether another asset has the same name.
  func sharesName(_ place: Int) -> Bool {
    place > 0 && hasSameName(place - 1, place) || place + 1 < entries.count && hasSameName(place, place + 1)
  }

  private func hasSameName(_ one: Int, _ other: Int) -> Bool {
    guard entries[one].nameLength == entries[other].nameLength else { return false }
    return withName(one) { name, _ in withName(other) { otherName, _ in name.elementsEqual(otherName) } }
  }

  // MARK: By name

  /// The place of an asset; `nil` where the page does not know it.
  func place(of asset: AssetIdentifier) -> Int? {
    withBytes(of: asset) { name, id in
      let place = firstPlace(from: name, id)
      return place < entries.count && !precedes(place, name, id) && has(place, name, id) ? place : nil
    }
  }

  /// Whether several assets have a name.
  func isShared(_ name: String) -> Bool {
    withBytes(of: AssetIdentifier(name: name, id: "")) { name, id in
      let place = firstPlace(from: name, id)
      return place + 1 < entries.count && withName(place) { known, _ in known.elementsEqual(name) }
        && hasSameName(place, place + 1)
    }
  }

  private typealias Bytes = UnsafeBufferPointer<UInt8>

  private func withBytes<Result>(of asset: AssetIdentifier, _ body: (Bytes, Bytes) -> Result) -> Result {
    HazardousText.withBytes(of: asset.name) { name in HazardousText.withBytes(of: asset.id) { body(name, $0) } }
  }

  /// The first place that is not before a name and an id.
  private func firstPlace(from name: Bytes, _ id: Bytes) -> Int {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if precedes(middle, name, id) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func has(_ place: Int, _ name: Bytes, _ id: Bytes) -> Bool {
    withName(place) { $0.elementsEqual(name) && $1.elementsEqual(id) }
  }

  private func precedes(_ place: Int, _ name: Bytes, _ id: Bytes) -> Bool {
    withName(place) { known, knownID in
      known.elementsEqual(name) ? knownID.lexicographicallyPrecedes(id) : known.lexicographicallyPrecedes(name)
    }
  }
}

/// How many assets are in each state.
struct StateCounts {
  private var counts = [Int](repeating: 0, count: FreshnessState.allCases.count)

  subscript(_ state: FreshnessState) -> Int { counts[state.place] }

  var total: Int { counts.reduce(0, +) }

  /// Those of the other states.
  func without(_ state: FreshnessState) -> StateCounts {
    var copy = self
    copy.counts[state.place] = 0
    return copy
  }

  mutating func add(_ state: FreshnessState) { counts[state.place] += 1 }
}

extension FreshnessState {
  fileprivate var place: Int {
    switch self {
    case .fresh: 0
    case .warn: 1
    case .stale: 2
    case .never: 3
    case .unknown: 4
    case .ignored: 5
    }
  }
}
