internal import LinuxSystem
package import ManifestModel
package import StoredTree

/// Reading files.
extension LocalSession {
  /// The status is taken before the bytes: they may be newer than the revision, which the next survey then notices, but
  /// never older.
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
