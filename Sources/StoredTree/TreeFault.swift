/// Why a storage could not do what it was asked.
package struct TreeFault: Error, Hashable, Sendable {
  package enum Kind: Sendable {
    /// There is no such thing, as opposed to one that cannot be reached.
    case absence
    /// There is no such thing, since what should hold it is something else.
    case notAFolder
    /// Something else is in the place of what was to be written.
    case obstacle
    /// A link is on the way, which is not followed.
    case link
    /// There is no right to do it.
    case denied
    /// Nobody may write there.
    case readOnly
    /// There is no room for it.
    case full
    /// The process may not write a file that long.
    case tooLarge
    case nameTooLong
    /// The process, not the tree, is what failed: too few descriptors, no memory.
    case exhaustion
    /// The storage gives no answer, so that nothing is known of anything in it; the text is a whole sentence.
    case unavailable
    /// The storage will do nothing for this caller, or not write; the text is a whole sentence.
    case refusal
    /// There is no such storage; the text is a whole sentence.
    case noRoot
    case other
  }

  package let kind: Kind
  /// The end of a sentence, such as "permission denied".
  package let text: String

  package init(_ kind: Kind, _ text: String) {
    self.kind = kind
    self.text = text
  }

  package var isAbsence: Bool { kind == .absence || kind == .notAFolder }
}

extension StoreError {
  /// For a file that the storage said it had written.
  package init(lost path: String, again: String = "record the run again") {
    self.init(
      .inputOutput, "\(path) is not there, though the store said that it was written; see to the store, and \(again).")
  }

  /// What a fault means to the one who wanted to write.
  ///
  /// - Parameters:
  ///   - path: The absolute path of what could not be written.
  ///   - again: What to do once the cause is gone.
  package init(writing path: String, _ fault: TreeFault, again: String = "record the run again") {
    let failed = "\(path) cannot be written: "
    switch fault.kind {
    case .full: self.init(.cannotWrite, "\(failed)\(fault.text); make room and \(again).")
    case .tooLarge:
      self.init(.cannotWrite, "\(failed)\(fault.text); raise the limit on the size of files and \(again).")
    case .denied: self.init(.cannotWrite, "\(failed)\(fault.text); record as a user who may write there.")
    case .readOnly: self.init(.cannotWrite, "\(failed)\(fault.text); mount it for writing.")
    case .link:
      self.init(.cannotWrite, "\(failed)a symbolic link is on the way; put the real folder in its place.")
    case .notAFolder, .obstacle:
      self.init(.cannotWrite, "\(failed)\(fault.text); move away what is in its place.")
    case .nameTooLong: self.init(.refused, "\(failed)\(fault.text); choose shorter names.")
    case .exhaustion:
      self.init(.inputOutput, "\(failed)\(fault.text); raise the limit, or record fewer runs at once.")
      isExhaustion = true
    case .absence: self.init(.inputOutput, "\(failed)its folder was removed meanwhile; \(again).")
    case .unavailable: self.init(.inputOutput, fault.text)
    case .refusal: self.init(.cannotWrite, fault.text)
    case .noRoot: self.init(.noSuchRoot, fault.text)
    case .other: self.init(.inputOutput, "\(failed)\(fault.text); check the disk, and \(again).")
    }
  }
}
