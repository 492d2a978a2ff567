package import ManifestModel

/// One thread's way into a tree. It holds the buffers that reading needs.
package protocol TreeSession: AnyObject {
  /// Files opened and read so far.
  var filesRead: Int { get }

  /// What a file is now, without reading it.
  func look(at file: TreeFile, of asset: AssetIdentifier) -> FileOnDisk
  /// Gives a file to `body`, once.
  func read(_ file: TreeFile, of asset: AssetIdentifier, _ body: (LoadedFile) -> Void)
  /// Whether the files that were read of the asset that was found last are those that its listing told of. Where they
  /// are not, the revision of its folder does not stand for them.
  var hasReadWhatWasListed: Bool { get }
  /// Whether no writer can be at a file of this revision any more.
  func isSettled(_ revision: Revision) -> Bool
  /// Whether a file that still has this revision certainly is the one that was read.
  func isTrustworthy(_ revision: Revision) -> Bool
  /// When a run gave a sign of life, by the clock of this host.
  ///
  /// - Parameters:
  ///   - sign: the time that it wrote down, by its own clock.
  ///   - written: the stamp of its file, by the clock of the storage.
  func time(ofLife sign: Timestamp, writtenAt written: Timestamp) -> Timestamp
  /// Waits for a writer.
  func pause(microseconds: UInt32)

  /// The ids of the assets of a name, in the order of their bytes.
  func assets(of name: String) throws(TreeFault) -> NameList
  /// The ids of the runs of an asset, in the order of their bytes, also of those that have no file yet.
  func runs(of asset: AssetIdentifier) throws(TreeFault) -> NameList
  /// Whether there is anything of a run, a file or not.
  func hasRun(_ id: String, of asset: AssetIdentifier) -> Bool
  /// Names of what lies beside the metadata of a run and is none of the catalog's.
  func others(besidesRun id: String, of asset: AssetIdentifier) throws(TreeFault) -> [String]
  /// Runs `body` once, and meanwhile reaches the files of an asset cheapest.
  func visit(_ asset: AssetIdentifier, _ body: () -> Void) throws(TreeFault)

  /// Whether a name certainly is not there; a look that fails proves nothing.
  func isGone(name: String) -> Bool
  /// Whether an asset certainly is not there.
  func isGone(_ asset: AssetIdentifier) -> Bool
  /// Whether a run certainly is not there.
  func isGone(run: String, of asset: AssetIdentifier) -> Bool
}

extension TreeSession {
  package var hasReadWhatWasListed: Bool { true }

  package func time(ofLife sign: Timestamp, writtenAt written: Timestamp) -> Timestamp { sign }

  /// Visits an asset for something that may fail.
  ///
  /// - Throws: why the asset cannot be visited; what fails then is in the result.
  package func visiting<R, E: Error>(
    _ asset: AssetIdentifier, _ body: () throws(E) -> R
  ) throws(TreeFault) -> Result<R, E> {
    var result: Result<R, E>?
    try visit(asset) { result = Result { () throws(E) in try body() } }
    return result!
  }
}
