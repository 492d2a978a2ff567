import AssetCatalog
import ManifestModel

/// The assets of the page by the first parts of their names, so that no table is longer than a person can read.
struct PageFamilies {
  /// A family of more rows than these is split.
  static let rowLimit = 250
  /// A family of this many rows is closed at first.
  static let closedFrom = 60
  /// Families are closed at first once this many assets stand open above.
  static let openAssets = 120

  struct Family {
    var title: String
    /// Places of its assets; empty where none of them gets a row.
    var rows: [Int]
    /// How many of its assets are in each state, those without a row included.
    var counts: StateCounts
    var isOpen = false
  }

  let families: [Family]

  init(_ assets: PageAssets) {
    var families: [Family] = []
    for group in Self.grouped(Array(assets.indices), in: assets, parts: 1) {
      for piece in Self.split(group.places, group.title, in: assets, parts: 1) {
        var counts = StateCounts()
        for place in piece.places { counts.add(assets.state(place)) }
        families.append(Family(title: piece.title, rows: piece.places.filter(assets.hasRow), counts: counts))
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
  private static func split(_ places: [Int], _ title: String, in assets: PageAssets, parts: Int) -> [Piece] {
    guard places.count > rowLimit else { return [(title, places)] }
    if title != unnamed, parts < 8 {
      let groups = grouped(places, in: assets, parts: parts + 1)
      if groups.count > 1, groups.count <= places.count / 8 {
        return groups.flatMap { split($0.places, $0.title, in: assets, parts: parts + 1) }
      }
      if groups.count == 1, groups[0].title != title {
        return split(places, groups[0].title, in: assets, parts: parts + 1)
      }
    }
    return stride(from: 0, to: places.count, by: rowLimit).map { start in
      let end = min(start + rowLimit, places.count)
      return ("\(title) \(start + 1)–\(end)", Array(places[start..<end]))
    }
  }

  /// What names without a dot are gathered under.
  private static let unnamed = "names of one part"

  /// Gathers by the first parts of the name; the last part is the asset's own and names no family.
  private static func grouped(_ places: [Int], in assets: PageAssets, parts: Int) -> [Piece] {
    var groups: [Piece] = []
    var index: [[UInt8]: Int] = [:]
    // Most assets are of the same family as the one before.
    var (last, lastGroup): ([UInt8], Int?) = ([], nil)
    for place in places {
      assets.withName(place) { name, _ in
        let title = name[..<titleLength(name, parts)]
        if let lastGroup, title.elementsEqual(last) {
          groups[lastGroup].places.append(place)
          return
        }
        last = Array(title)
        if let known = index[last] {
          groups[known].places.append(place)
          lastGroup = known
        } else {
          index[last] = groups.count
          lastGroup = groups.count
          groups.append((last.isEmpty ? unnamed : String(decoding: last, as: UTF8.self), [place]))
        }
      }
    }
    // Those without a name of several parts belong together at the end.
    if let last = index[[]] { groups.append(groups.remove(at: last)) }
    return groups
  }

  /// Bytes of the first parts of a name, at most this many and never the last one; 0 where there is but one part.
  private static func titleLength(_ name: UnsafeBufferPointer<UInt8>, _ parts: Int) -> Int {
    var length = 0
    var found = 0
    for index in name.indices where name[index] == UInt8(ascii: ".") {
      length = index
      found += 1
      if found == parts { break }
    }
    return length
  }
}
