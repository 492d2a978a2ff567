internal import Glibc
internal import LinuxSystem

extension MetadataTree {
  /// Opens a file that a run wrote, for reading. The caller closes it.
  ///
  /// Links are followed here, as mad_prefect and its cache rule follow them: an artifact's folder is often one on a
  /// larger disk. What is refused is only a path that climbs out of the root by itself. SPEC 8 forbids links in the
  /// metadata tree, in which no artifact is.
  ///
  /// - Parameter artifact: The path as it was recorded; leading slashes mean the root, as in mad_prefect.
  /// - Returns: `nil` where it cannot be opened, or is no regular file. Opening anything else could do something.
  package func openArtifact(_ artifact: String) -> Int32? {
    guard Self.isBelowRoot(artifact) else { return nil }
    let path = PathBuffer()
    path.append(Array(artifact.utf8.drop { $0 == UInt8(ascii: "/") }))
    let status = try? FileStatus.of(path.pointer, in: rootDescriptor, followingLinks: true)
    guard status?.kind == .file else { return nil }
    let descriptor = openat(rootDescriptor, path.pointer, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    guard (try? FileStatus.of(descriptor))?.kind == .file else {
      _ = Glibc.close(descriptor)
      return nil
    }
    return descriptor
  }

  /// Whether a path, taken as relative to the storage root, stays below it as far as its own text says.
  package static func isBelowRoot(_ path: String) -> Bool {
    var depth = 0
    for component in path.utf8.split(separator: UInt8(ascii: "/")) {
      if component.elementsEqual("..".utf8) { depth -= 1 } else if !component.elementsEqual(".".utf8) { depth += 1 }
      if depth < 0 { return false }
    }
    return !path.utf8.contains(0)
  }

  package func closeArtifact(_ descriptor: Int32) {
    _ = Glibc.close(descriptor)
  }
}
