import CatalogTestSupport
import ManifestModel
import StoredTree
import Testing

@testable import CatalogIndex
@testable import CatalogReconciler

/// The comparison of what an index had with what a listing has.
@Suite("What an index has and a listing has not") struct UnlistedTests {
  private static func order(_ left: AssetIdentifier, _ right: AssetIdentifier) -> Bool {
    let names = (Array(left.name.utf8), Array(right.name.utf8))
    if names.0 != names.1 { return names.0.lexicographicallyPrecedes(names.1) }
    return Array(left.id.utf8).lexicographicallyPrecedes(Array(right.id.utf8))
  }

  /// Some assets with some files, in order. The names are spelled alike, or begin alike, or sort by their bytes alone.
  private static func files(_ random: inout SplitMix64) -> [AssetFiles] {
    var files: [AssetFiles] = []
    for name in ["a", "a-b", "a.b", "ab", "é", "e\u{301}", "\u{1F600}", "\u{FFFD}"] {
      for id in ["1", "10", "2", "é", "e\u{301}"] where Bool.random(using: &random) {
        let runs = ["r1", "r10", "r2", "é", "e\u{301}"].filter { _ in Bool.random(using: &random) }
        let hasManifest = Bool.random(using: &random)
        files.append(
          AssetFiles(
            asset: AssetIdentifier(name: name, id: id), hasManifest: hasManifest,
            mayHaveManifest: hasManifest || Bool.random(using: &random),
            runs: runs.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }))
      }
    }
    return files.sorted { order($0.asset, $1.asset) }
  }

  /// What reads pages of such a list.
  private static func reader(
    of files: [AssetFiles]
  ) -> (AssetIdentifier?, Int) throws(IndexError) -> [AssetFiles] {
    { after, most throws(IndexError) in
      Array(files.filter { file in after.map { order($0, file.asset) } ?? true }.prefix(most))
    }
  }

  /// The bytes of a file's place, since texts that look alike are equal.
  private static func place(_ asset: AssetIdentifier, _ file: String) -> [UInt8] {
    Array("\(asset.name)\0\(asset.id)\0\(file)".utf8)
  }

  @Test("is found whatever the length of a page is", arguments: [1, 2, 3, 1_000], 0..<16)
  func pages(_ length: Int, _ seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    let (known, listed) = (Self.files(&random), Self.files(&random))
    let (readKnown, readListed) = (Self.reader(of: known), Self.reader(of: listed))
    var knownPages = AssetFilePages(pageLength: length)
    var listedPages = AssetFilePages(pageLength: length)
    var unlisted: [UnlistedFile] = []
    while let files = try knownPages.next(readKnown) {
      let found = try listedPages.advance(to: files.asset, readListed)
      UnlistedFile.add(of: files, missingIn: found, to: &unlisted)
    }
    var there: Set<[UInt8]> = []
    for files in listed {
      for run in files.runs { there.insert(Self.place(files.asset, run)) }
      if files.hasManifest { there.insert(Self.place(files.asset, "/")) }
    }
    var expected: [[UInt8]] = []
    for files in known {
      for run in files.runs { expected.append(Self.place(files.asset, run)) }
      if files.mayHaveManifest { expected.append(Self.place(files.asset, "/")) }
    }
    let places = unlisted.map { file in
      switch file.file {
      case .manifest: Self.place(file.asset, "/")
      case .run(let id): Self.place(file.asset, id)
      }
    }
    #expect(places == expected.filter { !there.contains($0) })
  }

  @Test("is read from an index as it was written into it, and a page has no more assets than are asked for")
  func rows() throws {
    let bench = ShelfBench(shelf: ObjectShelf())
    try StorageConformanceTests.fill(bench)
    let mirror = try StorageMirror(bench)
    _ = try mirror.reconciler.rebuild()
    let reader = try KnownFolders.Reader(mirror.location)
    let all = try reader.files(after: nil, atMost: 1_000)
    #expect(all.count == StorageConformanceTests.assets.count)
    #expect(zip(all, all.dropFirst()).allSatisfy { Self.order($0.asset, $1.asset) })
    var pages: [AssetFiles] = []
    while case let page = try reader.files(after: pages.last?.asset, atMost: 2), !page.isEmpty {
      #expect(page.count <= 2)
      pages += page
    }
    #expect(pages == all)
    let keys = Set(bench.shelf.keys)
    for files in all {
      #expect(files.hasManifest == keys.contains(ShelfBench.key(.manifest, of: files.asset)), "\(files)")
      for run in files.runs { #expect(keys.contains(ShelfBench.key(.run(run), of: files.asset)), "\(files)") }
    }
    #expect(all.map(\.runs.count).reduce(0, +) > 0)
  }
}
