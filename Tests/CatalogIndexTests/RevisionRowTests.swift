import CatalogMigrations
import ManifestModel
import SQLiteDatabase
import StoredTree
import Testing

@testable import CatalogIndex

@Suite("Rows that hold a difference instead of a value")
struct RevisionRowTests {
  /// Modification and change times, some of them further apart than 64 bits can tell.
  static let times: [(modified: Int64, changed: Int64)] = [
    (0, 0), (5, 3), (3, 5), (.min, .max), (.max, .min), (.min, .min), (.max, .max), (-1, .max), (1_795_576_911, 0),
  ]

  private static func seen(_ times: (modified: Int64, changed: Int64), size: Int64) -> SeenFile {
    SeenFile(
      Revision(
        size: size, modifiedNanoseconds: times.modified, changedNanoseconds: times.changed, inode: .max - UInt64(size)),
      isTrusted: size % 2 == 0)
  }

  private static func asset(_ identifier: AssetIdentifier, _ times: (modified: Int64, changed: Int64)) -> IndexedAsset {
    var asset = IndexedAsset(identifier)
    asset.folder = seen(times, size: 0)
    asset.manifestState = .current
    asset.manifest = seen(times, size: 7)
    asset.facts = facts(signature: "s")
    asset.runs = [
      IndexedRun(
        id: "r", state: .current, seen: seen(times, size: 9), facts: AssetChange.Run(RunMetadata(id: "r")).facts,
        artifacts: [])
    ]
    asset.derive()
    return asset
  }

  private static func facts(signature: String?) -> ManifestFacts {
    let asset = AssetIdentifier(name: "a", id: "1")
    return AssetChange.Manifest(Manifest(asset: asset, signature: signature), of: asset, metadataFolder: "m").facts
  }

  private func expectSeen(
    _ identifier: AssetIdentifier, _ times: (modified: Int64, changed: Int64), in location: IndexLocation
  ) throws {
    let reader = try KnownFolders.Reader(location)
    let whole = try #require(try reader.wholeAsset(identifier))
    #expect(whole.folder == Self.seen(times, size: 0))
    #expect(whole.manifest == Self.seen(times, size: 7))
    #expect(whole.runs.map(\.seen) == [Self.seen(times, size: 9)])
    let folders = try reader.folders(after: nil, through: nil)
    let folder = try #require(folders.first { $0.name == identifier.name })
    #expect(folder.seen == Self.seen(times, size: 0))
    let known = try #require(folder.assets.first)
    #expect(known.folder == whole.folder)
    #expect(known.manifest == whole.manifest)
    #expect(try reader.runs(of: known.key).map(\.seen) == whole.runs.map(\.seen))
  }

  @Test("revisions come back from every table, however far apart their times are", arguments: times.indices)
  func lag(index: Int) throws {
    let times = Self.times[index]
    let other = Self.times[(index + 1) % Self.times.count]
    let folder = try IndexFolder()
    let names = ["inserted", "updated"].map { AssetIdentifier(name: $0, id: "1") }
    let connection = try IndexFile.open(folder.location, .writing)
    try connection.write(orThrow: { $0 as any Error }) { index in
      for identifier in names {
        try TreeRows.write(folder: identifier.name, Self.seen(times, size: 0), into: index)
      }
      try AssetRows.insert(Self.asset(names[0], times), into: index)
      try AssetRows.insert(Self.asset(names[1], other), into: index)
      let old = try #require(try AssetRows.loadWhole(names[1], from: index))
      try AssetRows.update(Self.asset(names[1], times), from: old, key: try #require(old.key), in: index)
    }
    for identifier in names { try expectSeen(identifier, times, in: folder.location) }

    let filled = try IndexFolder()
    let scratch = try IndexFile.makeScratch(filled.location)
    try scratch.fill { index in
      var batch = ImportBatch(folderCount: 1)
      batch.append(folder: names[0].name, Self.seen(times, size: 0))
      batch.append(Self.asset(names[0], times))
      try index.fill(batch)
    }
    try IndexFile.publish(scratch, at: filled.location)
    try expectSeen(names[0], times, in: filled.location)
  }

  @Test("a signature comes back whether it is the id, none, or another, and from each to each")
  func signatures() throws {
    let folder = try IndexFolder()
    let identifier = AssetIdentifier(name: "a", id: "\u{E9}")
    // The third is the id in another spelling, which is another text.
    let signatures: [String?] = [nil, "\u{E9}", "e\u{301}", "", "other"]
    let connection = try IndexFile.open(folder.location, .writing)
    try connection.write(orThrow: { $0 as any Error }) { index in
      var asset = IndexedAsset(identifier)
      asset.manifestState = .current
      asset.facts = Self.facts(signature: nil)
      asset.derive()
      let key = try AssetRows.insert(asset, into: index)
      for first in signatures {
        for second in signatures {
          for signature in [first, second] {
            let old = try #require(try AssetRows.loadWhole(identifier, from: index))
            asset.facts = Self.facts(signature: signature)
            try AssetRows.update(asset, from: old, key: key, in: index)
            let read = try AssetRows.loadWhole(identifier, from: index)?.facts
            #expect(read == asset.facts, "\(first ?? "none") to \(second ?? "none")")
          }
        }
      }
    }
  }

  @Test("an index of the first schema keeps what it knows")
  func migration() throws {
    let folder = try IndexFolder()
    let steps = Migrator.standard.steps
    _ = try IndexFile.open(folder.location, .writing, migrator: Migrator(steps: [steps[0]]))
    do {
      let raw = try Connection(path: folder.location.path, mode: .readWrite)
      for (number, times) in Self.times.enumerated() {
        let (modified, changed) = (times.modified, times.changed)
        try raw.execute(
          """
          INSERT INTO folder VALUES ('n\(number)', 1, \(modified), \(changed), 1);
          INSERT INTO asset (
            asset_name, asset_id, known, folder_inode, folder_mtime_ns, folder_ctime_ns, folder_trusted, manifest_state,
            manifest_size, manifest_mtime_ns, manifest_ctime_ns, manifest_inode, manifest_trusted, asset_signature,
            last_status, lossy, run_count, watched_runs)
          VALUES ('n\(number)', 'id', 1, 1, \(modified), \(changed), 1, 1, 7, \(modified), \(changed), 1, 1,
            \(["NULL", "'id'", "'other'"][number % 3]), 'success', 0, 1, 0);
          INSERT INTO run (asset_key, run_id, state, watched, size, mtime_ns, ctime_ns, inode, trusted, result, newest)
          VALUES (last_insert_rowid(), 'r', 1, 0, 9, \(modified), \(changed), 1, 1, 0, 1);
          """)
      }
    }
    #expect(try IndexFile.open(folder.location, .writing).outcome == .migrated(from: 1))
    let reader = try KnownFolders.Reader(folder.location)
    let folders = try reader.folders(after: nil, through: nil)
    #expect(folders.count == Self.times.count)
    for (number, times) in Self.times.enumerated() {
      let folder = folders[number]
      let whole = try #require(try reader.wholeAsset(AssetIdentifier(name: folder.name, id: "id")))
      #expect(whole.facts?.signature == [nil, "id", "other"][number % 3])
      // Where SQL cannot tell the difference, the file is another one for the next reconcile.
      let isTold = !times.changed.subtractingReportingOverflow(times.modified).overflow
      for seen in [folder.seen, whole.folder, whole.manifest, whole.runs[0].seen] {
        #expect(seen.revision.modifiedNanoseconds == times.modified)
        #expect((seen.revision.changedNanoseconds == times.changed) == isTold)
      }
    }
    let index = try IndexFile.open(folder.location, .reading)
    let rows = try index.query(
      "SELECT DISTINCT asset_signature FROM assets ORDER BY 1", timeoutNanoseconds: 60_000_000_000
    ).rows
    #expect(rows == [[.null], [.text("id")], [.text("other")]])
  }
}
