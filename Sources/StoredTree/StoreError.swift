package import ManifestModel

/// Why the tree as a whole could not be read.
package struct StoreError: Error, Sendable, CustomStringConvertible {
  package enum Code: Sendable {
    /// The root or the metadata folder is not there, or is no folder.
    case noSuchRoot
    /// The system refused for want of rights.
    case denied
    /// Reading or writing failed, or the process ran out of descriptors or memory.
    case inputOutput
    /// A file cannot be written: no right to, no room for it, or something else is in its place.
    case cannotWrite
    /// Another writer is at it, and waiting took too long.
    case busy
    /// What was to be written makes no sense where it would stand.
    case refused
    /// A run of the asset is under way, and the report was not to be written then.
    case running
    /// There is no such run to write of, or it has ended.
    case noSuchRun
  }

  package let code: Code
  /// One sentence that names the file and the way out.
  package let message: String
  /// How a program can help with the way out.
  package let remedies: [Remedy]
  package var description: String { message }
  /// Whether it was the process or the system that ran out of descriptors or memory.
  package var isExhaustion = false
  /// Whether nothing was written since somebody else had written meanwhile, so that it is to be decided once more.
  package var isConflict = false

  package init(_ code: Code, _ message: String, _ remedies: Remedy...) {
    self.code = code
    self.message = message
    self.remedies = remedies
  }
}
