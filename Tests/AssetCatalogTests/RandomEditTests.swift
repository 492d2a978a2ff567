import AssetCatalog
import CatalogTestSupport
import Testing

/// Trees that change in every way we know of, looked at after each change: index and files must say the same.
@Suite struct RandomEditTests {
  @Test(
    "after every edit, every question gives what a reading of all files gives",
    arguments: Array(UInt64(1)...12) + [1001, 1061, 1091])
  func edits(seed: UInt64) throws {
    var model = TreeModel(try ScratchTree(), seed: seed)
    try model.populate(8)
    let subject = try CatalogUnderTest(model.tree, now: model.now)
    var scan = LinearScan(model.tree)
    var story = ["seed \(seed)"]
    for _ in 0..<40 {
      scan.scan()
      let differences = try subject.differences(from: scan)
      try #require(differences == [], "\(story.suffix(12).joined(separator: "\n"))")
      try model.tree.awaitTick()
      for _ in 0..<(seed % 3 + 1) { story.append(try model.edit()) }
    }
  }

  @Test(
    "a rebuild holds what the reconciles before it held, and a check finds no difference", arguments: UInt64(101)...104)
  func rebuild(seed: UInt64) throws {
    var model = TreeModel(try ScratchTree(), seed: seed)
    try model.populate(20)
    let subject = try CatalogUnderTest(model.tree, now: model.now)
    var scan = LinearScan(model.tree)
    for _ in 0..<30 {
      _ = try subject.catalog.reconcile()
      scan.scan()
      try model.tree.awaitTick()
      try model.edit()
    }
    // What no reconcile has seen is a difference.
    #expect(try model.apply(.addAsset) != nil)
    #expect(try !subject.catalog.check().rows.isEmpty)
    _ = try subject.catalog.reconcile()
    #expect(try subject.catalog.check().rows.map(\.path) == [])
    _ = try subject.catalog.rebuild()
    #expect(try subject.catalog.check().rows.map(\.path) == [])
    // The last good values of files that are damaged now outlive the rebuild.
    scan.scan()
    #expect(try subject.differences(from: scan) == [])
  }

  @Test("each edit alone, on the same tree", arguments: TreeModel.Edit.allCases)
  func single(edit: TreeModel.Edit) throws {
    var model = TreeModel(try ScratchTree(), seed: 7)
    try model.populate(12)
    let subject = try CatalogUnderTest(model.tree, now: model.now)
    var scan = LinearScan(model.tree)
    scan.scan()
    #expect(try subject.differences(from: scan) == [])
    try model.tree.awaitTick()
    var done: String?
    for _ in 0..<200 where done == nil { done = try model.apply(edit) }
    if done == nil {
      // There is nothing to restore before something is damaged.
      #expect(edit == .restoreManifest || edit == .restoreRun)
      for damage in [TreeModel.Edit.truncateManifest, .damageRun] {
        while try model.apply(damage) == nil {}
      }
      scan.scan()
      #expect(try subject.differences(from: scan) == [])
      try model.tree.awaitTick()
      while try model.apply(edit) == nil {}
    }
    scan.scan()
    #expect(try subject.differences(from: scan) == [], "\(done ?? "")")
  }
}
