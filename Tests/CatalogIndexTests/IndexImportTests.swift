import Foundation
import ManifestModel
import SQLiteDatabase
import Testing

@testable import CatalogIndex

#if canImport(Glibc)
  import Glibc
#endif

/// A copy that somebody else replaces, or writes over, while it is taken.
@Suite struct IndexImportTests {
  /// An export of an index of so many rows, of a tree that its name tells.
  private func export(_ name: String, rows: Int, to folder: borrowing IndexFolder) throws {
    let made = try IndexFolder()
    try made.makeIndex(rows: rows)
    let writer = try IndexFile.open(made.location, .writing)
    try writer.edit(until: nil, orThrow: { $0 as any Error }) { index in
      try index.write(
        CatalogState(
          root: "/\(name)", metadataFolder: "m", device: 1, inode: 2, projectionVersion: CatalogState.currentProjection,
          startedAt: Timestamp(seconds: 1), endedAt: nil, kind: nil, filesRead: 0, added: 0, changed: 0, removed: 0,
          unchanged: 0, number: 1, file: nil))
    }
    var bytes: [UInt8] = []
    try IndexFile.export(made.location, begin: { _ in }, take: { bytes += $0 })
    try folder.write(bytes, to: name)
  }

  @Test(arguments: [false, true]) func `What is taken is what was looked through, whatever becomes of the file`(
    isWrittenOver: Bool
  ) throws {
    let folder = try IndexFolder()
    try export("ours", rows: 2_000, to: folder)
    try export("theirs", rows: 3_000, to: folder)
    let (ours, theirs) = (folder.file("ours"), folder.file("theirs"))
    let other = try folder.read("theirs")
    // The clock of the schema's steps is asked where the file has been opened and nothing of it was copied.
    let migrator = Migrator(steps: Migrator.standard.steps) {
      if isWrittenOver {
        let file = open(ours, O_WRONLY | O_TRUNC)
        _ = other.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        close(file)
      } else {
        rename(theirs, ours)
      }
      return 0
    }
    var roots: [String] = []
    let error = indexError { () throws(IndexError) in
      let scratch = try IndexFile.makeScratch(of: ours, at: folder.location, migrator: migrator) {
        roots.append($0.state.root)
      }
      let rows: Int64
      do throws(SQLiteError) { rows = try scratch.connection.int64("SELECT count(*) FROM problem") } catch {
        throw IndexError(error, path: "scratch")
      }
      #expect(roots.first == (rows == 2_000 ? "/ours" : "/theirs"))
    }
    if let error { #expect(error.code == .foreign && error.message.contains(ours), "\(error.message)") }
    #expect(isWrittenOver || error == nil)
    #expect(roots.count == (error == nil ? 1 : 0))
  }
}
