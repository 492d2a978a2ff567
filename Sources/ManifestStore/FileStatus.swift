package import ManifestModel

/// What a path is, without following it.
package enum FileKind: Sendable {
  case file
  case folder
  case symbolicLink
  /// A FIFO, socket or device.
  case special

  /// In words, for a sentence such as "is a symbolic link".
  package var description: String {
    switch self {
    case .file: "a file"
    case .folder: "a folder"
    case .symbolicLink: "a symbolic link"
    case .special: "a FIFO, socket or device"
    }
  }
}

/// The part of `struct stat` that the catalog uses.
package struct FileStatus: Sendable {
  package var kind: FileKind
  package var fingerprint: Fingerprint
  package var device: UInt64
  /// The user that owns it.
  package var owner: UInt32
  package var group: UInt32
  /// Who may read, write and execute it: the bits of chmod(2).
  package var mode: UInt32

  package init(
    kind: FileKind, fingerprint: Fingerprint, device: UInt64, owner: UInt32 = 0, group: UInt32 = 0, mode: UInt32 = 0o777
  ) {
    self.kind = kind
    self.fingerprint = fingerprint
    self.device = device
    self.owner = owner
    self.group = group
    self.mode = mode
  }
}

/// The system's error number, as a typed error.
package struct SystemError: Error, Hashable, Sendable {
  package let number: Int32

  package init(_ number: Int32) {
    self.number = number
  }
}
