//! Writing a mapping for people to read and edit.

use super::{
    Check, ColumnMapping, ColumnReason, FORMAT, Mapping, NameLayout, RowRange, StatusWord, Unread,
    format::{basis_code, order_code, placeholder_code, serial_code, speaker_code, unread_code},
};
use crate::mapping::{Field, PlaceLevel};
use crate::values::Calendar;
use habeas_core::{Acknowledgement, EventKind, Fate, Register, Sex, Whereabouts};
use std::fmt::Write;

/// Writes a mapping, with a reason above each column that has one.
pub(super) fn to_toml(mapping: &Mapping, reasons: &[ColumnReason]) -> String {
    let mut out = String::new();
    let mut line = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    line(format!("format = {}", quoted(FORMAT)));
    line(format!("name = {}", quoted(&mapping.name)));
    line(format!("version = {}   # raise it when you change the mapping", mapping.version));
    line(format!("changed = {}   # why", quoted(&mapping.changed)));
    line("\n# What each column means. field = one of:".to_owned());
    for fields in Field::CODES.chunks(8) {
        line(format!("#   {}", fields.join(" · ")));
    }
    line("column = [".to_owned());
    for (i, column) in mapping.columns.iter().enumerate() {
        if let Some(reason) = reasons.get(i) {
            line(format!("  # {}", reason.words.replace(char::is_control, " ")));
        }
        line(format!("  {},", column_entry(column)));
    }
    line("]".to_owned());
    line("\n# What the list says it holds: { rows = 475 }, or { cell = \"D6\", reads = \"2014-03-05\" }".to_owned());
    let checks = mapping.checks.iter().map(|check| match check {
        Check::Rows(rows) => format!("{{ rows = {rows} }}"),
        Check::Reads { cell, reads } => {
            format!("{{ cell = {}, reads = {} }}", quoted(&cell.to_string()), quoted(reads))
        }
    });
    line(format!("check = [{}]", checks.collect::<Vec<_>>().join(", ")));
    list_table(mapping, &mut line);
    file_table(mapping, &mut line);
    out
}

fn list_table(mapping: &Mapping, line: &mut impl FnMut(String)) {
    let list = &mapping.list;
    line("\n[list]".to_owned());
    line(format!("id = {}   # short name of the list", quoted(&list.id)));
    line(format!("speaker = {}   # who says so; never guessed", quoted(&list.speaker)));
    line(format!("title = {}", quoted(&list.title)));
    line(format!("edition = {}", quoted(&list.edition)));
    line(format!("published = {}   # 2024-03-10, 2024-03 or 2024", quoted(&list.published)));
    let period = list.period.map(|(first, last)| format!("{first}/{last}")).unwrap_or_default();
    line(format!("period = {}   # 2000/2024; dates outside get a remark", quoted(&period)));
    line(format!("language = {}", quoted(&list.language)));
    line(format!("names_once = {}   # true if its keeper says that it names nobody twice", list.names_once));
    line(format!("compiled_from = {}   # ids of lists that it was made from", strings(&list.compiled_from)));
}

fn file_table(mapping: &Mapping, line: &mut impl FnMut(String)) {
    let file = &mapping.file;
    line("\n[file]".to_owned());
    for (key, text) in [("kind", &file.kind), ("encoding", &file.encoding), ("sheet", &file.sheet)] {
        if !text.is_empty() {
            line(format!("{key} = {}", quoted(text)));
        }
    }
    if let Some(delimiter) = file.delimiter {
        line(format!("delimiter = {}", quoted(&delimiter.to_string())));
    }
    if let Some(row) = file.header_row {
        line(format!("header_row = {row}"));
    }
    match file.rows {
        RowRange::All => {}
        RowRange::UntilBlank => line("rows = \"until-blank\"".to_owned()),
        RowRange::Lines(first, last) => line(format!("rows = \"{first}..{last}\"")),
    }
    if !file.skip.is_empty() {
        let rules = file.skip.iter().map(|rule| {
            let (column, matches, why) = (quoted(&rule.column), quoted(&rule.matches), quoted(&rule.why));
            format!("{{ column = {column}, matches = {matches}, why = {why} }}")
        });
        line(format!("skip = [{}]", rules.collect::<Vec<_>>().join(", ")));
    }
    if let Some(null) = &file.null {
        line(format!("null = {}   # words that say nothing", strings(null)));
    }
}

fn column_entry(column: &ColumnMapping) -> String {
    let options = &column.options;
    let mut entry = format!("{{ header = {}, field = {}", quoted(&column.header), quoted(column.field.code()));
    let mut add = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            write!(entry, ", {key} = {value}").expect("a string takes all that is written");
        }
    };
    let part = column.field.event_part();
    let has_index = matches!(column.field, Field::EventPlace(_) | Field::EventLatitude(_) | Field::EventLongitude(_));
    add("event", part.map(|part| quoted(part.event.code())));
    add("index", part.filter(|part| has_index && part.index != 1).map(|part| part.index.to_string()));
    add("parts", options.parts.map(NameLayout::code).map(quoted));
    add("order", options.order.map(order_code).map(quoted));
    add("calendar", options.calendar.map(Calendar::code).map(quoted));
    add("serial", options.serial_from_1904.map(serial_code).map(quoted));
    add("year2", options.year2_window.then(|| quoted("window")));
    add("placeholder", options.placeholder.map(placeholder_code).map(quoted));
    add("unread", (options.unread != Unread::Keep).then(|| quoted(unread_code(options.unread))));
    add("within", (!options.within.is_empty()).then(|| strings(&options.within)));
    add("level", options.level.map(PlaceLevel::code).map(quoted));
    add("separator", options.separator.as_deref().map(quoted));
    add("null", options.null.as_deref().map(strings));
    add("basis", options.basis.map(basis_code).map(quoted));
    add("kind", options.kind.map(speaker_code).map(quoted));
    add("class", options.source_identity.then(|| quoted("source-identity")));
    add("why", (!options.why.is_empty()).then(|| quoted(&options.why)));
    if !options.values.is_empty() {
        let values =
            options.values.iter().map(|(word, meaning)| format!("    {} = {},\n", quoted(word), status(meaning)));
        add("values", Some(format!("{{\n{}  }}", values.collect::<String>())));
    }
    entry + " }"
}

fn status(word: &StatusWord) -> String {
    let pairs = [
        ("sex", word.sex.map(Sex::code)),
        ("event", word.event.map(EventKind::code)),
        ("fate", word.fate.map(Fate::code)),
        ("whereabouts", word.whereabouts.map(Whereabouts::code)),
        ("acknowledgement", word.acknowledgement.map(Acknowledgement::code)),
        ("register", word.register.map(Register::code)),
    ];
    let pairs = pairs.into_iter().filter_map(|(key, code)| code.map(|code| format!("{key} = {}", quoted(code))));
    let pairs = pairs.collect::<Vec<_>>().join(", ");
    if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {pairs} }}") }
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            // Marks that would change how the file looks are spelled out.
            c if c.is_control()
                || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}') =>
            {
                write!(out, "\\u{:04X}", c as u32).expect("a string takes all that is written");
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn strings(words: &[String]) -> String {
    format!("[{}]", words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(", "))
}
