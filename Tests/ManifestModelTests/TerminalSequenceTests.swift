import Testing

@testable import ManifestModel

@Suite("A text without what colours it")
struct TerminalSequenceTests {
  @Test(
    "has lost the sequences for a terminal and nothing else",
    arguments: [
      ("\u{1B}[31mERROR\u{1B}[0m x", "ERROR x"), ("\u{1B}[1;38;5;196mred\u{1B}[m", "red"),
      ("\u{1B}[2K\u{1B}[1Aup", "up"),
      ("\u{9B}31mC1\u{9B}0m", "C1"), ("\u{1B}]8;;http://x\u{7}link\u{1B}]8;;\u{1B}\\", "link"),
      ("\u{9D}0;title\u{9C}text", "text"), ("\u{1B}(Bset", "set"), ("\u{1B}=\u{1B}>\u{1B}7\u{1B}8keys", "keys"),
      ("\u{1B}[?25lhidden", "hidden"), ("\u{1B}P1$r\u{1B}\\device", "device"), ("é\u{1B}[31m中\u{1B}[0m😀", "é中😀"),
      ("Âge ÂÂ ©", "Âge ÂÂ ©"), ("[31m no escape", "[31m no escape"), ("", ""), ("\u{1B}[31m", ""),
      // Not whole: nothing may be lost with it.
      ("a\u{1B}", "a\u{1B}"), ("a\u{1B}[", "a\u{1B}["), ("a\u{1B}[12;", "a\u{1B}[12;"),
      ("\u{1B}]0;never ends", "\u{1B}]0;never ends"), ("\u{1B}]0;one\ntwo\u{7}", "\u{1B}]0;one\ntwo\u{7}"),
      ("a\u{1B}[31é", "a\u{1B}[31é"), ("a\u{1B}\nb", "a\u{1B}\nb"),
    ])
  func stripped(text: String, words: String) {
    #expect(Array(text.withoutTerminalSequences.utf8) == Array(words.utf8))
  }
}
