internal import LinuxSystem
package import ManifestModel
internal import SQLiteDatabase

#if canImport(Glibc)
  import Glibc
#endif

/// Why the index cannot be used.
package struct IndexError: Error, Sendable, CustomStringConvertible {
  /// The kinds of failure that a caller treats differently.
  package enum Code: Sendable, Hashable {
    /// There is no index at the place; opening it for writing makes one.
    case missing
    /// The tree that the index is of is not named in a way that leads anywhere, so that it has no index.
    case noSuchRoot
    /// The file is broken, or is not what its stamps say; opening it for writing replaces it.
    case damaged
    /// An older program made the index; opening it for writing migrates it.
    case outdated
    /// A newer program wrote the index.
    case newer
    /// The file belongs to another program. It is never touched.
    case foreign
    /// Another process has the lock.
    case busy
    /// The index was replaced by another file since this connection was opened; open it again.
    case superseded
    case cannotWrite
    case full
    case inputOutput
    /// A query did what it may not do, or is not well formed.
    case badQuery
    /// A query took longer than it may.
    case timedOut
    /// A defect of the catalog itself.
    case `internal`
  }

  package let code: Code
  /// One sentence that names the file and the way out.
  package let message: String
  /// How a program can help with the way out.
  package let remedies: [Remedy]
  /// What is wrong with a damaged index, as a sentence without its end and without a way out.
  package let damage: String?
  package var description: String { message }
  /// What is wrong, without the way out.
  package var damageSentence: String { damage.map { "\($0)." } ?? message }

  package init(_ code: Code, _ message: String, _ remedies: Remedy...) {
    self.code = code
    self.message = message
    self.remedies = remedies
    damage = nil
  }

  /// An index that is damaged.
  ///
  /// - Parameter damage: what is wrong, as a sentence without its end.
  init(damage: String) {
    code = .damaged
    message = "\(damage): rebuild it."
    remedies = [.rebuild]
    self.damage = damage
  }

  /// What an error of SQLite, met by a statement of the catalog's own, means for the index at `path`.
  ///
  /// These statements are right for the schema that the index should have. So one that SQLite does not understand, a
  /// value of another type, or a row that breaks a rule comes of damage that SQLite itself did not see.
  init(_ error: SQLiteError, path: String) {
    if error.isDamaged {
      self.init(damage: "The index \(path) is damaged (\(error.message))")
    } else if error.isBusy {
      self.init(.busy, "The index \(path) is locked by another process: try again.")
    } else if error.isOverFileLimit {
      self.init(
        .full, "The index \(path) may not become that long (\(error.message)): raise the limit on the size of files.")
    } else if error.isOutOfDescriptors {
      self.init(
        .inputOutput, "The index \(path) cannot be opened (too many open files): raise the limit on open files.")
    } else if error.isFull {
      self.init(
        .full, "The disk of the index \(path) is full: make room, or choose another place for the index.", .chooseIndex)
    } else if error.isReadOnly || error.isPermission {
      self.init(.cannotWrite, "The index \(path) cannot be written: choose another place for it.", .chooseIndex)
    } else if error.cannotOpen {
      self.init(
        .inputOutput, "The index \(path) cannot be opened (\(error.message)): check it, or choose another one.",
        .chooseIndex)
    } else if error.isOutOfMemory {
      self.init(.inputOutput, "There is not enough memory to use the index \(path): allow this program more.")
    } else if error.isInputOutput {
      self.init(.inputOutput, "The index \(path) cannot be read or written (\(error.message)): check its disk.")
    } else if error.contradictsStatement {
      self.init(damage: "The index \(path) holds what it should not (\(error.message))")
    } else {
      self.init(
        .internal, "The index \(path) was not used as it should be (\(error.message), SQLite \(error.extendedCode)).")
    }
  }

  /// What keeps an index from being used in the state that it is in; `nil` for one that is current.
  init?(_ state: Migrator.State, at location: IndexLocation, _ migrator: Migrator) {
    switch state {
    case .current: return nil
    case .empty:
      self.init(.missing, "The index \(location.path) is empty: fill it from the tree.", .reconcile)
    case .older(let version):
      self.init(
        .outdated,
        "The index \(location.path) has the schema \(version) of an older program: bring it up to date.", .reconcile)
    case .damaged(let reason): self.init(damage: reason, at: location)
    case .newer(let version):
      self.init(
        .newer,
        "The index \(location.path) was written by a newer program (schema \(version), this one knows \(migrator.version)): "
          + "upgrade asset-catalog, or delete the index, which is rebuilt from the tree.")
    case .foreign:
      self.init(
        .foreign,
        "\(location.path) is a database of another program and was left as it is: choose another file for the index.",
        .chooseIndex)
    }
  }

  /// - Parameter reason: the end of a sentence that begins with "it".
  init(damage reason: String, at location: IndexLocation) {
    self.init(damage: "The index \(location.path) cannot be used, for it \(reason)")
  }

  /// A file of somebody's choice that nothing says was ever an index.
  init(strangerAt location: IndexLocation) {
    self.init(
      .foreign, "\(location.path) is no index and was left as it is: choose another file for the index.", .chooseIndex)
  }

  /// An index that was made and then not filled, because the first reconcile did not get to its end.
  package static func neverFilled(_ location: IndexLocation) -> IndexError {
    IndexError(.missing, "The index \(location.path) was never filled: fill it from the tree.", .reconcile)
  }

  /// Runs `body` and says what its error means for the index at `path`.
  static func wrapping<R: ~Copyable>(
    _ path: String, _ body: () throws(SQLiteError) -> R
  ) throws(IndexError) -> R {
    do throws(SQLiteError) { return try body() } catch { throw IndexError(error, path: path) }
  }

  /// What a failed system call means for the index.
  ///
  /// - Parameter action: what was tried, as in "could not be *created*".
  init(errno code: Int32, path: String, action: String) {
    let reason = SystemError(code).text
    switch code {
    case EACCES, EPERM, EROFS:
      self.init(
        .cannotWrite, "\(path) could not be \(action) (\(reason)): choose another place for the index.", .chooseIndex)
    case ENOSPC, EDQUOT:
      self.init(
        .full, "\(path) could not be \(action) (\(reason)): make room, or choose another place for the index.",
        .chooseIndex)
    case EFBIG:
      self.init(.full, "\(path) could not be \(action) (\(reason)): raise the limit on the size of files.")
    case EMFILE, ENFILE:
      self.init(.inputOutput, "\(path) could not be \(action) (\(reason)): raise the limit on open files.")
    case ENOMEM:
      self.init(.inputOutput, "\(path) could not be \(action) (\(reason)): give this program more memory.")
    default:
      self.init(
        .inputOutput, "\(path) could not be \(action) (\(reason)): check the path, or choose another for the index.",
        .chooseIndex)
    }
  }
}
