package import LinuxSystem

/// The system calls through which the tree is written, so that tests can make any of them fail.
///
/// Paths are relative to an open folder and end with NUL.
package protocol WritableFileSystem: FileSystem {
  /// The user that files made here belong to.
  var user: UInt32 { get }
  /// Makes a folder, with the rights that the folder gives to what is in it.
  ///
  /// - Returns: whether it was made; `false` where something of that name is there already.
  func makeFolder(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError) -> Bool
  /// Makes a file that is not there yet, and opens it for writing.
  ///
  /// - Parameter isPrivate: whether nobody else may open it, since it is to get its rights later; else it gets those
  ///   that the folder gives to what is in it.
  func createFile(_ path: UnsafePointer<CChar>, in folder: Int32, isPrivate: Bool) throws(SystemError) -> Int32
  /// Gives an open file the owner, group, mode and access control list of the file at `path`, as far as the process
  /// may.
  ///
  /// - Returns: whether there is such a file; else nothing was done.
  /// - Throws: EACCES where the owner would lose the file: it cannot be kept, and the process may not write the file.
  func adoptRights(of path: UnsafePointer<CChar>, in folder: Int32, for descriptor: Int32) throws(SystemError) -> Bool
  /// Writes some of the bytes, at least one, and says how many.
  func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) throws(SystemError) -> Int
  /// How many descriptors the process may still open; `nil` where that cannot be told.
  func freeDescriptors() -> Int?
  /// Puts a file's contents, or a folder's entries, on the disk.
  func synchronize(_ descriptor: Int32) throws(SystemError)
  /// Lets the system begin to write a file's contents to the disk, and waits for nothing: a hint, of which nothing
  /// follows.
  func startWriting(_ descriptor: Int32)
  /// Whether ``synchronizeFileSystem(of:)`` keeps its promise on the file system of `descriptor`.
  func canSynchronizeFileSystem(of descriptor: Int32) -> Bool
  /// Puts everything on the disk that was written to the file system of `descriptor`.
  func synchronizeFileSystem(of descriptor: Int32) throws(SystemError)
  /// Gives a file another place, in one step; a file that is there is replaced.
  func rename(
    _ path: UnsafePointer<CChar>, in folder: Int32, to newPath: UnsafePointer<CChar>, in newFolder: Int32
  ) throws(SystemError)
  /// Removes a file.
  func remove(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError)
  /// Removes an empty folder.
  func removeFolder(_ path: UnsafePointer<CChar>, in folder: Int32) throws(SystemError)
  /// Takes the exclusive lock of an open folder, which falls when the folder is closed.
  ///
  /// - Returns: whether it was free.
  func tryLock(_ descriptor: Int32) throws(SystemError) -> Bool
}

extension WritableFileSystem {
  package func freeDescriptors() -> Int? { nil }
}
