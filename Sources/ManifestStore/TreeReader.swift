internal import Glibc
package import LinuxSystem
package import ManifestModel

/// Looks at one metadata tree on behalf of one thread: lists folders, takes stock of files, reads them.
///
/// Holds the buffers that all of this needs, so that a scan allocates for what it finds and not for how it looks.
package final class TreeReader {
  /// No manifest or run metadata may be larger (SPEC 8).
  package static let largestFile = 16 << 20
  /// Bytes for which every reader has room.
  static let usualFile = 64 << 10
  /// A file touched this recently may be in a writer's hands still.
  static let settleNanoseconds: Int64 = 5_000_000_000
  /// How long to wait before each reading of a file that does not parse. mad_prefect leaves one empty for up to 2.2 ms.
  static let retryMicroseconds: [UInt32] = [0, 1_000, 3_000, 10_000, 30_000, 100_000]

  package let tree: MetadataTree
  // What every look needs of the tree, held here as well: threads that count references to the tree, which they share,
  // take its memory from each other.
  let fileSystem: any FileSystem
  let descriptor: Int32
  /// When the look began, by the clock of the file system.
  package private(set) lazy var clock = takeClock()
  private let takeClock: () -> FileSystemClock
  /// Who may read all that was looked at; where somebody may not, the others who look are told.
  private var readership = Readership()
  private let readers: SharedReadership?
  /// Files opened and read so far.
  package internal(set) var filesRead = 0
  /// What is left of the time that this reader may spend on waiting for writers.
  var patienceMicroseconds: UInt32 = 200_000

  let path = PathBuffer()
  private let records = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 8)
  var contents = UnsafeMutableRawBufferPointer.allocate(byteCount: usualFile, alignment: 16)

  /// - Parameter readers: learns who may read what is looked at.
  package convenience init(tree: MetadataTree, clock: FileSystemClock, readers: SharedReadership? = nil) {
    self.init(tree, readers) { clock }
  }

  /// A reader that asks for the time only when a file does not parse. That is late enough to prove nothing of what was
  /// read before: for those who ask no more than whether a writer may be at such a file.
  convenience init(tree: MetadataTree) {
    self.init(tree, nil) { tree.clock(probingIn: tree.path) }
  }

  private init(_ tree: MetadataTree, _ readers: SharedReadership?, takeClock: @escaping () -> FileSystemClock) {
    self.tree = tree
    self.readers = readers
    self.takeClock = takeClock
    fileSystem = tree.fileSystem
    descriptor = tree.descriptor
  }

  deinit {
    records.deallocate()
    contents.deallocate()
  }

  /// Whether a fingerprint proves that a file which still has it has not changed since it was read.
  ///
  /// It does not if the file was touched so shortly before the scan that a later write could bear the same stamps: the
  /// "racily clean" rule of git and Mercurial.
  package func isTrustworthy(_ fingerprint: Fingerprint) -> Bool {
    let (edge, overflow) = fingerprint.latestNanoseconds.addingReportingOverflow(clock.slackNanoseconds)
    return !overflow && edge < clock.nanoseconds
  }

  /// Whether no writer is at a file. Every write moves the change time, which nobody can set; a modification time that
  /// was set ahead of the clock would make the file look new for ever.
  func isSettled(_ fingerprint: Fingerprint) -> Bool {
    let (edge, overflow) = fingerprint.changedNanoseconds.addingReportingOverflow(Self.settleNanoseconds)
    return !overflow && edge < clock.nanoseconds
  }

  // MARK: Taking stock

  /// What a path below an open folder is; `nil` where there is nothing.
  package func status(
    _ prefix: StaticString, _ name: String, _ suffix: StaticString = "", in folder: Int32? = nil
  ) throws(SystemError) -> FileStatus? {
    path.set(prefix, name, suffix)
    return try statusAtPath(in: folder ?? descriptor)
  }

  /// What the manifest of an asset is, two folders below the tree; `nil` where there is none.
  package func manifestStatus(of asset: AssetIdentifier) throws(SystemError) -> FileStatus? {
    setPath(of: asset, "/manifest.json")
    return try statusAtPath(in: descriptor)
  }

  /// What the folder of an asset is; `nil` where there is none.
  package func folderStatus(of asset: AssetIdentifier) throws(SystemError) -> FileStatus? {
    setPath(of: asset, "")
    return try statusAtPath(in: descriptor)
  }

  /// What the metadata file of a run is; `nil` where there is none.
  package func runStatus(of asset: AssetIdentifier, run: String) throws(SystemError) -> FileStatus? {
    setPath(of: asset, "/asset_run_id=")
    path.append(run)
    path.append("/metadata.json")
    return try statusAtPath(in: descriptor)
  }

  func setPath(of asset: AssetIdentifier, _ suffix: StaticString) {
    path.set("asset_name=", asset.name, "/asset_id=")
    path.append(asset.id)
    path.append(suffix)
  }

  func statusAtPath(in folder: Int32) throws(SystemError) -> FileStatus? {
    do throws(SystemError) {
      let status = try fileSystem.status(path.pointer, in: folder)
      note(status)
      return status
    } catch {
      if error.number == ENOENT || error.number == ENOTDIR { return nil }
      throw error
    }
  }

  @inline(__always)
  private func note(_ status: FileStatus) {
    guard status.kind == .file || status.kind == .folder else { return }
    if readership.meet(mode: status.mode, group: status.group, isFolder: status.kind == .folder) {
      readers?.meet(readership)
    }
  }

  // MARK: Folders

  /// What an entry of an open folder is, which need not be the catalog's; `nil` where there is nothing.
  func status(ofEntry name: [UInt8], in folder: Int32) throws(SystemError) -> FileStatus? {
    path.set("")
    path.append(name)
    do throws(SystemError) {
      return try fileSystem.status(path.pointer, in: folder)
    } catch {
      if error.isAbsence { return nil }
      throw error
    }
  }

  /// Lends a name as the system calls want it.
  func withPath(_ name: [UInt8], _ body: (UnsafePointer<CChar>) -> Void) {
    path.set("")
    path.append(name)
    body(path.pointer)
  }

  /// Opens a folder below an open one; the caller closes it.
  package func openFolder(
    _ prefix: StaticString, _ name: String, in folder: Int32? = nil
  ) throws(SystemError) -> Int32 {
    path.set(prefix, name)
    return try fileSystem.openFolder(path.pointer, in: folder ?? descriptor)
  }

  package func close(_ descriptor: Int32) {
    fileSystem.close(descriptor)
  }

  package func status(of descriptor: Int32) throws(SystemError) -> FileStatus {
    let status = try fileSystem.status(of: descriptor)
    note(status)
    return status
  }

  /// Lists the tree itself: the name folders in it.
  package func listNames() throws(SystemError) -> FolderListing {
    // A descriptor of its own, since a listing moves on in the one it is made from.
    path.set(".")
    let folder = try fileSystem.openFolder(path.pointer, in: descriptor)
    defer { fileSystem.close(folder) }
    return try list(folder, prefix: "asset_name=")
  }

  /// Lists an open folder to its end.
  ///
  /// - Parameter prefix: what the names of members begin with, such as `asset_id=`.
  package func list(_ folder: Int32, prefix: StaticString) throws(SystemError) -> FolderListing {
    var listing = FolderListing()
    var unclear: [[UInt8]] = []
    while true {
      let count = try fileSystem.list(folder, into: records)
      guard count > 0 else { break }
      DirectoryRecords.forEach(in: UnsafeRawBufferPointer(rebasing: records[..<count])) { name, type in
        let kind = DirectoryRecords.kind(type)
        guard name.starts(with: prefix) else {
          listing.add(stray: name, kind: kind)
          return
        }
        switch kind {
        case .folder: listing.add(member: name, prefix)
        case let kind?: listing.oddities.append(.notAFile([UInt8](name), kind))
        case nil: unclear.append([UInt8](name))
        }
      }
    }
    for name in unclear {
      guard let kind = try status(ofEntry: name, in: folder)?.kind else { continue }
      if kind == .folder {
        name.withUnsafeBytes { listing.add(member: $0, prefix) }
      } else {
        listing.oddities.append(.notAFile(name, kind))
      }
    }
    listing.members.sort()
    return listing
  }
}

extension TreeReader {
  /// Ends the work where the process, not the file, is what failed: too few descriptors, no memory.
  package func throwIfExhausted(_ error: SystemError) throws(StoreError) {
    if error.isExhaustion {
      var failure = StoreError(.inputOutput, "The tree at \(tree.root) cannot be read any further: \(error.text).")
      failure.isExhaustion = true
      throw failure
    }
  }
}

extension TreeReader {
  /// Whether a run has a folder in an open asset folder.
  package func exists(run: String, in folder: Int32) -> Bool {
    path.set("asset_run_id=", run)
    return kind(in: folder) == .some(.folder)
  }

  /// Whether a name folder is certainly not there; a look that fails proves nothing.
  package func isGone(name: String) -> Bool {
    path.set("asset_name=", name)
    return isFolderGone()
  }

  /// Whether an asset's folder is certainly not there.
  package func isGone(_ asset: AssetIdentifier) -> Bool {
    setPath(of: asset, "")
    return isFolderGone()
  }

  /// Whether a run's folder is certainly not there.
  package func isGone(run: String, of asset: AssetIdentifier) -> Bool {
    setPath(of: asset, "/asset_run_id=")
    path.append(run)
    return isFolderGone()
  }

  private func isFolderGone() -> Bool {
    guard let kind = kind(in: descriptor) else { return false }
    return kind != .folder
  }

  /// The kind of what lies at the path: `.some(nil)` if there is nothing, `nil` if that cannot be told.
  private func kind(in folder: Int32) -> FileKind?? {
    do throws(SystemError) {
      return .some(try statusAtPath(in: folder)?.kind)
    } catch {
      return nil
    }
  }
}
