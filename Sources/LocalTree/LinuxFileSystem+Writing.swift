internal import CLinux
internal import Glibc
package import LinuxSystem

extension LinuxFileSystem: WritableFileSystem {
  package var user: UInt32 { geteuid() }

  package func makeFolder(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> Bool {
    guard mkdirat(folder, path, 0o777) == 0 else {
      let number = errno
      if number == EEXIST { return false }
      throw SystemError(number)
    }
    guard FileRights.handsDownRights(folder) else { return true }
    let descriptor = openat(folder, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    if descriptor >= 0 {
      FileRights.inherit(descriptor, from: folder)
      Glibc.close(descriptor)
    }
    return true
  }

  package func createFile(
    _ path: UnsafePointer<CChar>, in folder: Int32, isPrivate: Bool
  ) throws(SystemError) -> Int32 {
    while true {
      let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
      let descriptor = openat(folder, path, flags, isPrivate ? 0o600 : 0o666)
      if descriptor >= 0 {
        if !isPrivate { FileRights.inherit(descriptor, from: folder) }
        return descriptor
      }
      if errno != EINTR { throw SystemError(errno) }
    }
  }

  package func adoptRights(
    of path: UnsafePointer<CChar>, in folder: Int32, for descriptor: Int32
  ) throws(SystemError) -> Bool {
    guard let rights = FileRights.ofFile(path, in: folder) else { return false }
    // A file of another user that this one may write keeps its group and mode, and with them those who write it. One
    // that it may not write would be lost to its owner: mad_prefect could not write it either.
    guard rights.give(to: descriptor) || faccessat(folder, path, W_OK, AT_EACCESS) == 0 else {
      throw SystemError(EACCES)
    }
    return true
  }

  package func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int {
    let count = Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    guard count >= 0 else { throw SystemError(errno) }
    return count
  }

  package func freeDescriptors() -> Int? { Descriptors.free() }

  package func synchronize(_ descriptor: Int32) throws(SystemError) {
    // Not again after a failure: the kernel may have dropped what it could not write, and would then report success.
    guard fsync(descriptor) == 0 else { throw .latest }
  }

  package func startWriting(_ descriptor: Int32) {
    _ = catalog_start_writing(descriptor)
  }

  package func canSynchronizeFileSystem(of descriptor: Int32) -> Bool {
    FileSystemType.canBeSynchronized(of: descriptor)
  }

  package func synchronizeFileSystem(of descriptor: Int32) throws(SystemError) {
    let result = catalog_syncfs(descriptor)
    guard result == 0 else { throw SystemError(-result) }
  }

  package func rename(
    _ path: UnsafePointer<CChar>, in folder: Int32, to newPath: UnsafePointer<CChar>, in newFolder: Int32
  ) throws(SystemError) {
    guard renameat(folder, path, newFolder, newPath) == 0 else { throw SystemError(errno) }
  }

  package func remove(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) {
    guard unlinkat(folder, path, 0) == 0 else { throw SystemError(errno) }
  }

  package func removeFolder(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) {
    guard unlinkat(folder, path, AT_REMOVEDIR) == 0 else { throw SystemError(errno) }
  }

  package func tryLock(_ descriptor: Int32) throws(SystemError) -> Bool {
    try ExclusiveLock.tryTake(descriptor)
  }
}
