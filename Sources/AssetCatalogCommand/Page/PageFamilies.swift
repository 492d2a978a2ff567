import AssetCatalog
import ManifestModel

/// The assets of the page by the first parts of their names, so that no table is longer than a person can read.
struct PageFamilies {
  /// A family of more rows than these is split.
  static let rowLimit = 250
  /// A family of so many rows is closed at first.
  static let closedFrom = 60
  /// Families are closed at first once so many assets stand open above.
  static let openAssets = 120

  struct Family {
    var title: String
    /// Places in the report; empty where no asset of it gets a row.
    var rows: [Int]
    /// How many of its assets are in each state, those without a row included.
    var counts: [FreshnessState: Int]
    var isOpen = false
    var total: Int { counts.values.reduce(0, +) }
  }

  let families: [Family]

  /// - Parameters:
  ///   - assets: all assets, in the order of their names.
  ///   - rows: the places of those that get a row, in ascending order.
  init(_ assets: [MorningReport.Asset], rows: [Int]) {
    let shown = Set(rows)
    let isWhole = rows.count == assets.count
    var families: [Family] = []
    for group in Self.grouped(Array(assets.indices), in: assets, parts: 1) {
      for piece in Self.split(group.places, group.title, in: assets, parts: 1) {
        families.append(
          Family(
            title: piece.title, rows: isWhole ? piece.places : piece.places.filter(shown.contains),
            counts: Dictionary(piece.places.map { (assets[$0].state, 1) }, uniquingKeysWith: +)))
      }
    }
    var open = 0
    for index in families.indices {
      let count = families[index].rows.count
      families[index].isOpen = count > 0 && count < Self.closedFrom && open + count <= Self.openAssets
      if families[index].isOpen { open += count }
    }
    self.families = families
  }

  private typealias Piece = (title: String, places: [Int])

  /// Splits what is too long: by the next part of the name where that gathers, else by position.
  private static func split(_ places: [Int], _ title: String, in assets: [MorningReport.Asset], parts: Int) -> [Piece] {
    guard places.count > rowLimit else { return [(title, places)] }
    let groups = grouped(places, in: assets, parts: parts + 1)
    if title != unnamed, parts < 8, groups.count > 1, groups.count <= places.count / 8 {
      return groups.flatMap { split($0.places, $0.title, in: assets, parts: parts + 1) }
    }
    if title != unnamed, parts < 8, groups.count == 1, groups[0].title != title {
      return split(places, groups[0].title, in: assets, parts: parts + 1)
    }
    return stride(from: 0, to: places.count, by: rowLimit).map { start in
      let end = min(start + rowLimit, places.count)
      return ("\(title) \(start + 1)–\(end)", Array(places[start..<end]))
    }
  }

  /// What names without a dot are gathered under.
  private static let unnamed = "names of one part"

  /// Gathers by the first parts of the name; the last part is the asset's own and names no family.
  private static func grouped(_ places: [Int], in assets: [MorningReport.Asset], parts: Int) -> [Piece] {
    var groups: [Piece] = []
    var index: [String: Int] = [:]
    for place in places {
      let pieces = assets[place].asset.name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      let count = min(parts, pieces.count - 1)
      let title =
        count == 0 ? unnamed : pieces[..<count].map { String(decoding: $0, as: UTF8.self) }.joined(separator: ".")
      if let known = index[title] {
        groups[known].places.append(place)
      } else {
        index[title] = groups.count
        groups.append((title, [place]))
      }
    }
    // Those without a name of several parts belong together at the end.
    if let last = index[unnamed] { groups.append(groups.remove(at: last)) }
    return groups
  }
}
