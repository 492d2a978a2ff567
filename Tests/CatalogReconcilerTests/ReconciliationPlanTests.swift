import CatalogIndex
import CatalogReconciler
import ManifestModel
import StoredTree
import Testing

@Suite("The comparison of disk and index")
struct ReconciliationPlanTests {
  static let asset = AssetIdentifier(name: "bronze.orders", id: "a1")

  static func print(_ number: Int64) -> Revision {
    Revision(size: number, modifiedNanoseconds: number, changedNanoseconds: number, inode: UInt64(number))
  }

  static func known(manifest: SeenFile = SeenFile(print(1), isTrusted: true)) -> KnownAsset {
    KnownAsset(
      key: 1, asset: asset, folder: SeenFile(print(9), isTrusted: true), manifest: manifest)
  }

  static func run(
    _ id: String, _ number: Int64, state: FileState = .current, isTrusted: Bool = true, found: FileOnDisk?
  ) -> SurveyedRun {
    SurveyedRun(
      known: KnownRun(
        id: id, state: state, seen: SeenFile(print(number), isTrusted: isTrusted), isWatched: found != nil),
      found: found)
  }

  @Test("A new asset is read whole")
  func newAsset() {
    var disk = AssetOnDisk(Self.asset)
    disk.folder = SeenFile(Self.print(9), isTrusted: true)
    disk.listedRuns = ["r1", "r2"]
    let plan = ReconciliationPlan(disk: disk, known: nil, knownRuns: [])
    #expect(plan.readsManifest)
    #expect(plan.runsToRead == ["r1", "r2"])
    #expect(plan.runsToForget.isEmpty)
    #expect(plan.writesFolder)
  }

  @Test("Nothing is read where every trusted revision stands")
  func unchanged() {
    var disk = AssetOnDisk(Self.asset)
    disk.manifest = .present(Self.print(1))
    let plan = ReconciliationPlan(
      disk: disk, known: Self.known(), knownRuns: [Self.run("r1", 2, found: .present(Self.print(2)))])
    #expect(!plan.readsManifest && plan.runsToRead.isEmpty && plan.runsToForget.isEmpty && !plan.writesFolder)
  }

  struct ManifestCase: CustomTestStringConvertible, Sendable {
    var name: String
    var known: SeenFile
    var found: FileOnDisk
    var isRead: Bool
    var testDescription: String { name }
  }

  @Test(
    "A manifest is read unless a trusted revision stands",
    arguments: [
      ManifestCase(
        name: "same and trusted", known: SeenFile(print(1), isTrusted: true), found: .present(print(1)), isRead: false),
      ManifestCase(
        name: "same, not trusted", known: SeenFile(print(1), isTrusted: false), found: .present(print(1)), isRead: true),
      ManifestCase(
        name: "another inode", known: SeenFile(print(1), isTrusted: true),
        found: .present(
          Revision(size: 1, modifiedNanoseconds: 1, changedNanoseconds: 1, inode: 2)), isRead: true),
      ManifestCase(
        name: "mtime put back, ctime not", known: SeenFile(print(1), isTrusted: true),
        found: .present(
          Revision(size: 1, modifiedNanoseconds: 1, changedNanoseconds: 5, inode: 1)), isRead: true),
      ManifestCase(name: "deleted", known: SeenFile(print(1), isTrusted: true), found: .absent, isRead: true),
      ManifestCase(name: "still absent", known: .nothing, found: .absent, isRead: false),
      ManifestCase(name: "appeared", known: .nothing, found: .present(print(1)), isRead: true),
      ManifestCase(name: "never seen", known: .unseen, found: .absent, isRead: true),
      ManifestCase(
        name: "a look that failed", known: SeenFile(print(1), isTrusted: true), found: .unknown, isRead: true),
    ])
  func manifest(_ example: ManifestCase) {
    var disk = AssetOnDisk(Self.asset)
    disk.manifest = example.found
    let plan = ReconciliationPlan(disk: disk, known: Self.known(manifest: example.known), knownRuns: [])
    #expect(plan.readsManifest == example.isRead)
  }

  @Test("A listing tells new runs, runs that are gone, and leaves finished ones alone")
  func listing() {
    var disk = AssetOnDisk(Self.asset)
    disk.manifest = .present(Self.print(1))
    disk.folder = SeenFile(Self.print(9), isTrusted: true)
    disk.listedRuns = ["b", "c", "d", "f"]
    let plan = ReconciliationPlan(
      disk: disk, known: Self.known(),
      knownRuns: [
        Self.run("a", 1, found: nil), Self.run("b", 2, found: nil),
        Self.run("c", 3, found: .present(Self.print(4))), Self.run("e", 5, found: .absent),
        Self.run("m", 0, state: .manifestOnly, found: nil),
      ])
    #expect(plan.runsToRead == ["c", "d", "f"])
    #expect(plan.runsToForget == ["a", "e"])
    #expect(!plan.readsManifest)
  }

  @Test("A run that only the manifest told of is read once it has a folder")
  func manifestOnlyRunAppears() {
    var disk = AssetOnDisk(Self.asset)
    disk.manifest = .present(Self.print(1))
    disk.listedRuns = ["m"]
    let plan = ReconciliationPlan(
      disk: disk, known: Self.known(), knownRuns: [Self.run("m", 0, state: .manifestOnly, found: nil)])
    #expect(plan.runsToRead == ["m"])
  }

  @Test("Two spellings of the same letter are two runs")
  func spellings() {
    var disk = AssetOnDisk(Self.asset)
    disk.manifest = .present(Self.print(1))
    disk.listedRuns = ["e\u{301}", "\u{e9}"]
    let plan = ReconciliationPlan(
      disk: disk, known: Self.known(), knownRuns: [Self.run("\u{e9}", 1, found: nil)])
    #expect(plan.runsToRead.map { Array($0.utf8) } == [Array("e\u{301}".utf8)])
    #expect(plan.runsToForget.isEmpty)
  }
}
