internal import Glibc
package import LinuxSystem
package import ManifestModel
package import StoredTree

/// Looks at one metadata tree on behalf of one thread: lists folders, takes stock of files, reads them.
///
/// Holds the buffers that all of this needs, so that a survey allocates for what it finds and not for how it looks. While an
/// asset is visited, its files are reached from its open folder, which nobody can swap; else from the tree.
package final class LocalSession {
  /// Bytes for which every reader has room.
  static let usualFile = 64 << 10
  /// A file touched this recently may be in a writer's hands still.
  static let settleNanoseconds: Int64 = 5_000_000_000

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
  /// The asset that is visited, and its open folder.
  private var visited: (asset: AssetIdentifier, folder: Int32)?

  let path = PathBuffer()
  private let records = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 8)
  var contents = UnsafeMutableRawBufferPointer.allocate(byteCount: usualFile, alignment: 16)

  /// - Parameter readers: learns who may read what is looked at.
  package convenience init(tree: MetadataTree, clock: FileSystemClock, readers: SharedReadership? = nil) {
    self.init(tree, readers) { clock }
  }

  /// A reader that asks for the time only when a file does not parse. That is late enough to prove nothing of what was
  /// read before: for those who ask no more than whether a writer may be at such a file.
  package convenience init(tree: MetadataTree, readers: SharedReadership? = nil) {
    self.init(tree, readers) { tree.clock(probingIn: tree.path) }
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

  /// Whether a revision proves that a file which still has it has not changed since it was read.
  ///
  /// It does not if the file was touched so shortly before the scan that a later write could bear the same stamps: the
  /// "racily clean" rule of git and Mercurial.
  package func isTrustworthy(_ revision: Revision) -> Bool {
    let (edge, overflow) = revision.latestNanoseconds.addingReportingOverflow(clock.slackNanoseconds)
    return !overflow && edge < clock.nanoseconds
  }

  /// Whether no writer is at a file. Every write moves the change time, which nobody can set; a modification time that
  /// was set ahead of the clock would make the file look new for ever.
  package func isSettled(_ revision: Revision) -> Bool {
    let (edge, overflow) = revision.changedNanoseconds.addingReportingOverflow(Self.settleNanoseconds)
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

  /// What a file is; `nil` where there is none.
  package func status(
    of file: TreeFile, of asset: AssetIdentifier
  ) throws(SystemError) -> FileStatus? {
    try statusAtPath(in: setPath(of: file, of: asset))
  }

  /// What the folder of an asset is; `nil` where there is none.
  func folderStatus(of asset: AssetIdentifier) throws(SystemError) -> FileStatus? {
    setPath(of: asset, "")
    return try statusAtPath(in: descriptor)
  }

  /// Sets the path to a file.
  ///
  /// - Returns: the folder that it begins at.
  private func setPath(of file: TreeFile, of asset: AssetIdentifier) -> Int32 {
    var folder = descriptor
    if let visited, visited.asset.id.hasSameBytes(as: asset.id), visited.asset.name.hasSameBytes(as: asset.name) {
      folder = visited.folder
      path.set("")
    } else {
      setPath(of: asset, "/")
    }
    switch file {
    case .manifest: path.append(MetadataLayout.manifestEntry)
    case .run(let run):
      path.append(MetadataLayout.runPrefix)
      path.append(run)
      path.append(MetadataLayout.runEnding)
    }
    return folder
  }

  func setPath(of asset: AssetIdentifier, _ suffix: StaticString) {
    path.set(MetadataLayout.namePrefix, asset.name, MetadataLayout.idMark)
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
    return try list(folder, prefix: MetadataLayout.namePrefix)
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

// MARK: Visiting

extension LocalSession {
  /// Reaches the files of an asset from its folder, which is open and stays so, until another one is visited.
  package func enter(_ asset: AssetIdentifier, _ folder: Int32) { visited = (asset, folder) }

  package func leave() { visited = nil }

  package func visit(_ asset: AssetIdentifier, _ body: () -> Void) throws(TreeFault) {
    let folder: Int32
    do throws(SystemError) {
      setPath(of: asset, "")
      folder = try fileSystem.openFolder(path.pointer, in: descriptor)
    } catch {
      throw TreeFault(error)
    }
    defer { close(folder) }
    let former = visited
    enter(asset, folder)
    defer { visited = former }
    body()
  }

  /// The open folder of an asset, whether it is visited or has to be opened here.
  private func withFolder<R>(
    of asset: AssetIdentifier, _ body: (Int32) throws(SystemError) -> R
  ) throws(SystemError) -> R {
    if let visited, visited.asset == asset {
      // A descriptor of its own, since a listing moves on in the one it is made from.
      path.set(".")
      let folder = try fileSystem.openFolder(path.pointer, in: visited.folder)
      defer { close(folder) }
      return try body(folder)
    }
    setPath(of: asset, "")
    let folder = try fileSystem.openFolder(path.pointer, in: descriptor)
    defer { close(folder) }
    return try body(folder)
  }
}

extension LocalSession: TreeSession {
  package func look(at file: TreeFile, of asset: AssetIdentifier) -> FileOnDisk {
    look { () throws(SystemError) in try status(of: file, of: asset) }
  }

  func look(_ status: () throws(SystemError) -> FileStatus?) -> FileOnDisk {
    do throws(SystemError) {
      return try status().map { .present($0.revision) } ?? .absent
    } catch {
      return .unknown
    }
  }

  package func pause(microseconds: UInt32) { fileSystem.sleep(microseconds: microseconds) }

  package func assets(of name: String) throws(TreeFault) -> NameList {
    do throws(SystemError) {
      let folder = try openFolder(MetadataLayout.namePrefix, name)
      defer { close(folder) }
      return try list(folder, prefix: MetadataLayout.idPrefix).members
    } catch {
      throw TreeFault(error)
    }
  }

  package func runs(of asset: AssetIdentifier) throws(TreeFault) -> NameList {
    do throws(SystemError) {
      return try withFolder(of: asset) { folder throws(SystemError) in
        try list(folder, prefix: MetadataLayout.runPrefix).members
      }
    } catch {
      throw TreeFault(error)
    }
  }

  package func others(besidesRun id: String, of asset: AssetIdentifier) throws(TreeFault) -> [String] {
    do throws(SystemError) {
      return try withFolder(of: asset) { folder throws(SystemError) in
        try RunRemoval.others(id, in: folder, fileSystem)
      }
    } catch {
      throw TreeFault(error)
    }
  }

  package func hasRun(_ id: String, of asset: AssetIdentifier) -> Bool {
    if let visited, visited.asset == asset {
      path.set(MetadataLayout.runPrefix, id)
      return kind(in: visited.folder) == .some(.folder)
    }
    setPath(of: asset, MetadataLayout.runMark)
    path.append(id)
    return kind(in: descriptor) == .some(.folder)
  }

  package func isGone(name: String) -> Bool {
    path.set(MetadataLayout.namePrefix, name)
    return isFolderGone()
  }

  package func isGone(_ asset: AssetIdentifier) -> Bool {
    setPath(of: asset, "")
    return isFolderGone()
  }

  package func isGone(run: String, of asset: AssetIdentifier) -> Bool {
    setPath(of: asset, MetadataLayout.runMark)
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

// MARK: Reading

extension LocalSession {
  /// The status is taken before the bytes: they may be newer than the revision, which the next survey then notices, but never
  /// older.
  package func read(_ file: TreeFile, of asset: AssetIdentifier, _ body: (LoadedFile) -> Void) {
    let folder = setPath(of: file, of: asset)
    let status: FileStatus
    do throws(SystemError) {
      guard let found = try statusAtPath(in: folder) else { return body(.absent) }
      status = found
    } catch {
      return body(.unreadable(TreeFault(error)))
    }
    let revision = status.revision
    guard status.kind == .file else { return body(.notAFile(status.kind.description, revision)) }
    guard status.size <= TreeFile.mostBytes else { return body(.tooLarge(revision)) }
    let isLarge = status.size > LargeFileTurn.size
    if isLarge { LargeFileTurn.take() }
    defer {
      if isLarge {
        makeContents(byteCount: Self.usualFile)
        LargeFileTurn.giveBack()
      }
    }
    let bytes: UnsafeRawBufferPointer
    do throws(SystemError) {
      guard let all = try readAll(expecting: Int(status.size), in: folder) else { return body(.moving) }
      bytes = all
    } catch {
      if error.isAbsence { return body(.absent) }
      return body(error.isLink ? .moving : .unreadable(TreeFault(error)))
    }
    body(.bytes(bytes, revision))
  }

  /// Reads a file to its end into the buffer; `nil` if it grew over the limit meanwhile.
  private func readAll(expecting size: Int, in folder: Int32) throws(SystemError) -> UnsafeRawBufferPointer? {
    if contents.count <= size { makeContents(byteCount: size + Self.usualFile) }
    let descriptor = try fileSystem.openFile(path.pointer, in: folder)
    defer { fileSystem.close(descriptor) }
    filesRead += 1
    var count = 0
    while true {
      let room = UnsafeMutableRawBufferPointer(rebasing: contents[count...])
      let step = try fileSystem.read(descriptor, into: room)
      count += step
      // A read that ends short of the buffer, at or past the size that the file had, has met the end.
      if step == 0 || (count >= size && step < room.count) {
        return UnsafeRawBufferPointer(rebasing: contents[..<count])
      }
      if count == contents.count { return nil }
    }
  }

  private func makeContents(byteCount: Int) {
    contents.deallocate()
    contents = .allocate(byteCount: byteCount, alignment: 16)
  }
}

extension TreeFault {
  init(_ error: SystemError) {
    self.init(error.isAbsence ? .absence : error.isExhaustion ? .exhaustion : .other, error.text)
  }
}
