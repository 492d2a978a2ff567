internal import Glibc
package import LinuxSystem
internal import ManifestModel
package import StoredTree

/// A file that is finished under a name of its own, before it takes the place of another.
package struct Draft {
  package let name: String
  /// What the file system said of it when it was written. The rename changes nothing of that but the change time.
  package let written: Revision
  /// Open as long as it is not known to be on the disk.
  fileprivate(set) var descriptor: Int32?

  /// Whether a file is this one, under its new name and untouched. A program that overwrites a file in place keeps the
  /// inode, but not the times.
  package func isSame(as file: Revision) -> Bool {
    file.inode == written.inode && file.size == written.size && file.modifiedNanoseconds == written.modifiedNanoseconds
  }
}

/// Writes drafts in one asset's folder, and makes files of them.
package struct DraftFolder: ~Copyable {
  let descriptor: Int32
  let fileSystem: any WritableFileSystem
  private let path = PathBuffer()

  package init(_ descriptor: Int32, _ fileSystem: any WritableFileSystem) {
    self.descriptor = descriptor
    self.fileSystem = fileSystem
  }

  /// Writes a draft, which is not on the disk yet, and leaves it open.
  ///
  /// - Parameter target: The file that it is to replace, whose rights it gets; `nil` where there is none.
  package func write(_ bytes: [UInt8], replacing target: UnsafePointer<CChar>?) throws(SystemError) -> Draft {
    let name = DraftName.make()
    path.set("", name)
    let file = try fileSystem.createFile(path.pointer, in: descriptor, isPrivate: target != nil)
    do throws(SystemError) {
      if let target, try !fileSystem.adoptRights(of: target, in: descriptor, for: file) {
        // It is gone, and the draft is that of a new file after all.
        fileSystem.close(file)
        remove(name)
        return try write(bytes, replacing: nil)
      }
      try write(bytes, to: file)
      return Draft(name: name, written: try fileSystem.status(of: file).revision, descriptor: file)
    } catch {
      fileSystem.close(file)
      remove(name)
      throw error
    }
  }

  private func write(_ bytes: [UInt8], to file: Int32) throws(SystemError) {
    var start = 0
    while start < bytes.count {
      let outcome = bytes.withUnsafeBytes { all -> Result<Int, SystemError> in
        let rest = UnsafeRawBufferPointer(rebasing: all[start...])
        do throws(SystemError) { return .success(try fileSystem.write(file, rest)) } catch {
          return .failure(error)
        }
      }
      switch outcome {
      case .success(let count) where count > 0: start += count
      case .success: throw SystemError(EIO)
      case .failure(let error): if error.number != EINTR { throw error }
      }
    }
  }

  /// Lets the system begin to write a draft to the disk; nothing is known of it afterwards.
  package func startWriting(_ draft: Draft) {
    if let file = draft.descriptor { fileSystem.startWriting(file) }
  }

  /// Puts a draft on the disk and closes it.
  ///
  /// The name need not be there before the file has taken the place of another: a later call for the folder sees to
  /// that.
  package func synchronize(_ draft: inout Draft) throws(SystemError) {
    guard let file = draft.descriptor else { return }
    defer { close(&draft) }
    try fileSystem.synchronize(file)
  }

  /// Closes a draft as it is: somebody else puts it on the disk.
  package func close(_ draft: inout Draft) {
    if let file = draft.descriptor { fileSystem.close(file) }
    draft.descriptor = nil
  }

  /// Makes a draft the file `target` in `folder`, in one step.
  package func publish(_ draft: Draft, as target: StaticString, in folder: Int32) throws(SystemError) {
    path.set("", draft.name)
    let newPath = PathBuffer(capacity: 32)
    newPath.set(target)
    try fileSystem.rename(path.pointer, in: descriptor, to: newPath.pointer, in: folder)
  }

  /// Takes a draft away. One that cannot be removed now is removed by a later reconcile.
  package func discard(_ draft: consuming Draft) {
    close(&draft)
    remove(draft.name)
  }

  private func remove(_ name: String) {
    path.set("", name)
    try? fileSystem.remove(path.pointer, in: descriptor)
  }
}

/// Names of files that are not finished: hidden, and matched by no pattern that a reader of the tree uses.
enum DraftName {
  private static let prefix = ".m."
  private static let suffix = ".tmp"

  static func make() -> String {
    var generator = SystemRandomNumberGenerator()
    return "\(prefix)\(getpid()).\(String(generator.next() as UInt64, radix: 16))\(suffix)"
  }

  static func matches(_ name: UnsafeRawBufferPointer) -> Bool {
    name.count > prefix.utf8.count + suffix.utf8.count && name.starts(with: prefix.utf8)
      && name.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
  }
}
