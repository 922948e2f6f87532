//! Files put together by hand, honest and not.

use flate2::{Compression, write::GzEncoder};
use std::io::{Cursor, Write};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

pub fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        zip.start_file(*name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn docx(body: &str) -> Vec<u8> {
    docx_with(body, &[])
}

pub fn docx_with(body: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    let xml = format!(
        "<?xml version=\"1.0\"?><w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>{body}</w:body></w:document>"
    );
    let mut parts: Vec<(&str, &[u8])> =
        vec![("[Content_Types].xml", b"<Types/>"), ("word/document.xml", xml.as_bytes())];
    parts.extend(more);
    zip(&parts)
}

pub fn paragraph(words: &str) -> String {
    format!("<w:p><w:r><w:t>{words}</w:t></w:r></w:p>")
}

/// A page with an article of some length in it.
pub fn page(more: &str) -> Vec<u8> {
    let article = "<p>On 5 March 2014 three men of Kesh were taken from their homes by armed men in uniform, witnesses said. \
                   Their families have gone from one office to the next, and nobody has told them where the men are held.</p>"
        .repeat(4);
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><title>The men of Kesh</title>\
         <meta property=\"article:published_time\" content=\"2014-03-10T08:00:00Z\"></head><body><nav><ul><li><a href=\"/\">Home page</a></li></ul></nav>\
         <article><h1>The men of Kesh</h1>{article}{more}</article></body></html>"
    )
    .into_bytes()
}

/// A PDF of one page that shows these words in Latin letters, unless `stream` is given.
pub fn pdf(words: &str) -> Vec<u8> {
    pdf_of(&format!("BT /F1 12 Tf 72 720 Td ({words}) Tj ET"), "", "/Type /Catalog /Pages 2 0 R")
}

pub fn pdf_of(stream: &str, trailer: &str, catalog: &str) -> Vec<u8> {
    let objects = [
        format!("<< {catalog} >>"),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_owned(),
    ];
    let mut out = b"%PDF-1.4\n".to_vec();
    let mut offsets = Vec::new();
    for (idx, object) in objects.iter().enumerate() {
        offsets.push(out.len());
        out.extend(format!("{} 0 obj\n{object}\nendobj\n", idx + 1).as_bytes());
    }
    let start = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).as_bytes());
    offsets.iter().for_each(|offset| out.extend(format!("{offset:010} 00000 n \n").as_bytes()));
    out.extend(
        format!("trailer\n<< /Size {} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1)
            .as_bytes(),
    );
    out
}

pub fn email(headers: &str, body: &str) -> Vec<u8> {
    format!("From: Adira Venn <adira@tirania.example>\r\nTo: desk@tirania.example\r\nSubject: The men of Kesh\r\n{headers}\r\n{body}")
        .into_bytes()
}

/// A record of a web archive.
pub fn warc_record(kind: &str, more: &str, block: &[u8]) -> Vec<u8> {
    let head = format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: http://tirania.example/kesh\r\nWARC-Date: 2014-03-11T10:00:00Z\r\n{more}Content-Length: {}\r\n\r\n",
        block.len()
    );
    [head.as_bytes(), block, b"\r\n\r\n"].concat()
}

pub fn response(headers: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{headers}\r\n").as_bytes(), body].concat()
}

/// A JPEG of nothing but properties: a position and a day.
pub fn jpeg_with_position() -> Vec<u8> {
    // TIFF, little end first: one directory with a pointer to the directory of the position.
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    tiff.extend(1_u16.to_le_bytes());
    tiff.extend([0x25, 0x88, 4, 0]);
    tiff.extend(1_u32.to_le_bytes());
    tiff.extend(26_u32.to_le_bytes());
    tiff.extend(0_u32.to_le_bytes());
    // The directory of the position: latitude as three fractions.
    tiff.extend(1_u16.to_le_bytes());
    tiff.extend([2, 0, 5, 0]);
    tiff.extend(3_u32.to_le_bytes());
    tiff.extend(44_u32.to_le_bytes());
    tiff.extend(0_u32.to_le_bytes());
    for number in [30_u32, 1, 12, 1, 0, 1] {
        tiff.extend(number.to_le_bytes());
    }
    let exif = [&b"Exif\0\0"[..], &tiff].concat();
    let length = (exif.len() as u16 + 2).to_be_bytes();
    [&b"\xFF\xD8\xFF\xE1"[..], &length, &exif, b"\xFF\xD9"].concat()
}
