internal import Glibc
internal import LinuxSystem
package import ManifestModel

/// What an artifact is read from, piece by piece.
package protocol ArtifactSource {
  /// The size when it was first looked at.
  var bytes: Int64 { get }
  /// When it was written, as far as that is known.
  var modified: Timestamp? { get }
  /// Whether it still is what it was when it was first looked at.
  var isUnchanged: Bool { get }
  /// A number of bytes from an offset on, all of them within the size; `nil` where they cannot be read.
  func read(at offset: Int64, count: Int) -> [UInt8]?
}
