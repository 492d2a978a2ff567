internal import LinuxSystem
internal import ManifestModel
internal import ManifestStore

/// The name folders of a tree, cut into stretches that cover every possible name.
struct TreeStretches: Sendable {
  /// In the order of their bytes.
  let names: NameList
  /// What is wrong with the tree's own entries.
  let oddities: [FolderListing.Oddity]
  private let length: Int

  init(reader: TreeReader, length: Int) throws(SystemError) {
    let listing = try reader.listNames()
    names = listing.members
    oddities = listing.oddities
    self.length = length
  }

  /// At least one, even for an empty tree: what the index knows beyond must be found missing.
  var count: Int { max(1, (names.count + length - 1) / length) }

  struct Stretch {
    var names: [String]
    /// Names that the index knows belong here if they lie after this and not after ``upper``; `nil` is unbounded.
    var lower: String?
    var upper: String?
  }

  subscript(index: Int) -> Stretch {
    let start = index * length
    let end = min(start + length, names.count)
    guard start < end else { return Stretch(names: [], lower: nil, upper: nil) }
    return Stretch(
      names: Array(names[start..<end]), lower: start == 0 ? nil : names[start - 1],
      upper: end == names.count ? nil : names[end - 1])
  }
}
