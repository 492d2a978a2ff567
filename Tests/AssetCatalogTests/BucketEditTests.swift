import AssetCatalog
import CatalogTestSupport
import Foundation
import ManifestModel
import Testing

/// Trees in a store of objects that change in every way that there is for objects.
@Suite struct BucketEditTests {
  /// Edits that leave something that is no file: a store of objects has nothing else.
  static let impossible: Set<TreeModel.Edit> = [
    .manifestBecomesFolder, .manifestBecomesLink, .manifestBecomesPipe, .runBecomesPipe, .addStrayLink,
    .addStrayFile, .addUnreadableName,
    .manifestBecomesGiant, .runBecomesGiant,
  ]

  @Test(
    "after every edit, every question gives what a reading of all files gives",
    arguments: [ObjectShelf.Order.bytes, .components, .shuffledNames(1), .shuffled(2)], [UInt64(1), 2, 3])
  func edits(order: ObjectShelf.Order, seed: UInt64) throws {
    var model = TreeModel(try ScratchTree(), seed: seed)
    try model.populate(8)
    let shelf = ObjectShelf(order: order)
    let subject = try CatalogUnderTest(model.tree, now: model.now, store: shelf)
    var scan = LinearScan(model.tree)
    var story = ["seed \(seed)"]
    var random = SplitMix64(seed: seed)
    for _ in 0..<25 {
      try Self.put(model.tree, on: shelf)
      scan.scan()
      let differences = try subject.differences(from: scan)
      try #require(differences == [], "\(story.suffix(12).joined(separator: "\n"))")
      try #require(try subject.catalog.check().rows.map(\.path) == [], "\(story.suffix(12).joined(separator: "\n"))")
      try model.tree.awaitTick()
      var edit = TreeModel.Edit.allCases.randomElement(using: &random)!
      while Self.impossible.contains(edit) { edit = TreeModel.Edit.allCases.randomElement(using: &random)! }
      story.append("\(edit) \(try model.apply(edit) ?? "-")")
    }
  }

  /// Makes the store hold the files of a tree, and the tree no folder without one.
  static func put(_ tree: ScratchTree, on shelf: ObjectShelf) throws {
    var gone = Set(shelf.keys)
    func visit(_ path: String) throws -> Bool {
      var isEmpty = true
      for name in try FileManager.default.contentsOfDirectory(atPath: path) where name != ".index" {
        let inner = path + "/" + name
        let facts = try FileManager.default.attributesOfItem(atPath: inner)
        if facts[.type] as? FileAttributeType == .typeDirectory {
          if try visit(inner) { rmdir(inner) } else { isEmpty = false }
        } else if facts[.type] as? FileAttributeType == .typeRegular, let time = facts[.modificationDate] as? Date {
          isEmpty = false
          let key = Array(inner.utf8.dropFirst(tree.root.utf8.count + 1))
          gone.remove(key)
          let microseconds = Int64((time.timeIntervalSince1970 * 1_000_000).rounded(.down))
          shelf.put(
            Array(try Data(contentsOf: URL(filePath: inner))), at: key, modified: Timestamp(microseconds: microseconds))
        }
      }
      return isEmpty
    }
    _ = try visit(tree.root)
    for key in gone { shelf.remove(key) }
  }
}
