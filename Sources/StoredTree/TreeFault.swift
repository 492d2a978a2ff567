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
    /// The process, not the tree, is what failed: it has too many files open.
    case noDescriptors
    /// The process, not the tree, is what failed: it has too little memory.
    case noMemory
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

  /// Whether the process, not the tree, is what failed.
  package var isExhaustion: Bool { kind == .noDescriptors || kind == .noMemory }

  /// What lets a process go on that has too little of something, as an imperative; `nil` for every other fault.
  package var wayOutOfExhaustion: String? {
    switch kind {
    case .noDescriptors: "raise the limit on open files"
    case .noMemory: "give this program more memory"
    default: nil
    }
  }
}
