//! Drawing and blacking out in the parse worker as a real child process: what lay under a region is nowhere in the result.
//!
//! The test program is its own worker: started with `parse-worker` it serves and ends. Hence no test harness.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test program with a harness of its own")]

use habeas_intake::{
    limits::Limits,
    picture::{Picture, Region, RegionError, is_bare_png},
    table::TableError,
    worker::{WorkerProgram, serve},
};
use image::{ExtendedColorType, ImageEncoder, ImageFormat, Rgb, RgbImage, codecs::jpeg::JpegEncoder};
use lopdf::{Document, EncryptionState, EncryptionVersion, Object, Permissions, Stream, dictionary};
use std::{process::ExitCode, time::Instant};

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("parse-worker") {
        return serve(std::io::stdin().lock(), std::io::stdout().lock());
    }
    let wanted = std::env::args().skip(1).find(|arg| !arg.starts_with('-')).unwrap_or_default();
    let tests: &[(&str, fn())] = &[
        ("words_under_a_region_are_nowhere_in_the_result", words_under_a_region_are_nowhere_in_the_result),
        ("nothing_of_the_file_but_its_pixels_is_left", nothing_of_the_file_but_its_pixels_is_left),
        (
            "a_region_grows_to_the_grid_and_leaves_the_rest_as_it_was",
            a_region_grows_to_the_grid_and_leaves_the_rest_as_it_was,
        ),
        ("a_page_is_drawn_as_it_is_seen_turned_and_cropped", a_page_is_drawn_as_it_is_seen_turned_and_cropped),
        ("a_picture_is_turned_as_its_camera_says", a_picture_is_turned_as_its_camera_says),
        (
            "a_large_picture_comes_out_smaller_and_one_that_shines_through_on_white",
            a_large_picture_comes_out_smaller_and_one_that_shines_through_on_white,
        ),
        ("odd_pages_are_drawn_or_refused_exactly", odd_pages_are_drawn_or_refused_exactly),
        ("a_bomb_of_pixels_is_refused_by_its_header", a_bomb_of_pixels_is_refused_by_its_header),
        ("random_damage_never_breaks_the_parent", random_damage_never_breaks_the_parent),
    ];
    let mut n_run = 0;
    for (name, test) in tests.iter().filter(|(name, _)| name.contains(&wanted)) {
        let started = Instant::now();
        test();
        n_run += 1;
        println!("test {name} ... ok ({} ms)", started.elapsed().as_millis());
    }
    println!("test result: ok. {n_run} passed");
    ExitCode::SUCCESS
}

fn worker() -> WorkerProgram {
    WorkerProgram { program: std::env::current_exe().unwrap(), args: vec!["parse-worker".into()] }
}

fn open(bytes: &[u8], page: u32) -> Result<Picture, TableError> {
    Picture::open(bytes, page, &Limits::default(), Some(&worker()))
}

fn pixels(png: &[u8]) -> RgbImage {
    image::load_from_memory_with_format(png, ImageFormat::Png).unwrap().to_rgb8()
}

fn region(typed: &str) -> Region {
    typed.parse().unwrap()
}

/// How a page of a test stands.
struct Sheet {
    media: [i64; 4],
    crop: Option<[i64; 4]>,
    rotate: i64,
    drawn: &'static str,
}

/// A4, with one word in the middle of its left half.
const WORD: Sheet =
    Sheet { media: [0, 0, 600, 800], crop: None, rotate: 0, drawn: "BT /F1 40 Tf 50 380 Td (Zalmira) Tj ET" };

/// A PDF of these pages, with everything in it that must not get out: text, title, outline, attachment, script.
fn pdf(sheets: &[Sheet]) -> Document {
    let mut document = Document::with_version("1.7");
    let font = document.add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" });
    let pages = document.new_object_id();
    let numbers = |all: [i64; 4]| Object::Array(all.map(Object::Integer).to_vec());
    let mut kids = Vec::new();
    for sheet in sheets {
        let content = document.add_object(Stream::new(dictionary! {}, sheet.drawn.as_bytes().to_vec()));
        let mut page = dictionary! {
            "Type" => "Page", "Parent" => pages, "MediaBox" => numbers(sheet.media), "Rotate" => sheet.rotate,
            "Contents" => content, "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } },
        };
        if let Some(crop) = sheet.crop {
            page.set("CropBox", numbers(crop));
        }
        kids.push(Object::Reference(document.add_object(page)));
    }
    let count = kids.len() as i64;
    document.objects.insert(pages, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count }.into());
    let attached = document.add_object(Stream::new(dictionary! {}, b"Zalmira attached".to_vec()));
    let root =
        document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages, "AF" => vec![attached.into()] });
    let info = document.add_object(dictionary! { "Title" => Object::string_literal("Zalmira") });
    document.trailer.set("Root", root);
    document.trailer.set("Info", info);
    document
}

fn saved(mut document: Document) -> Vec<u8> {
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).unwrap();
    bytes
}

/// The pixels that are not white, as left, upper, right and lower end in thousandths.
fn inked(picture: &RgbImage) -> Option<[u32; 4]> {
    let dark: Vec<(u32, u32)> =
        picture.enumerate_pixels().filter(|(_, _, pixel)| pixel.0[1] < 128).map(|(x, y, _)| (x, y)).collect();
    let (x, y) = (|| dark.iter().map(|p| p.0), || dark.iter().map(|p| p.1));
    let (width, height) = picture.dimensions();
    Some([
        x().min()? * 1_000 / width,
        y().min()? * 1_000 / height,
        x().max()? * 1_000 / width,
        y().max()? * 1_000 / height,
    ])
}

fn holds(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|window| window == words.as_bytes())
}

fn words_under_a_region_are_nowhere_in_the_result() {
    let document = saved(pdf(&[WORD]));
    let page = open(&document, 1).unwrap();
    let [left, top, right, bottom] = inked(&pixels(&page.png())).expect("the word is drawn");
    assert!(
        (70..110).contains(&left) && right < 420 && (460..520).contains(&top) && bottom < 560,
        "{left} {top} {right} {bottom}"
    );
    let redacted = page.clone().redact(&[region("60,450,400,100")]).unwrap().png();
    let result = pixels(&redacted);
    let (width, height) = result.dimensions();
    let before = pixels(&page.png());
    let under = |x: u32, y: u32| (60..460).contains(&(x * 1_000 / width)) && (450..550).contains(&(y * 1_000 / height));
    let mut n_under = 0;
    for (x, y, pixel) in result.enumerate_pixels() {
        if under(x, y) {
            n_under += 1;
            assert_eq!(pixel.0, [0, 0, 0], "at {x}, {y}");
        } else {
            assert!(pixel == before.get_pixel(x, y) || pixel.0 == [0, 0, 0]);
        }
    }
    assert!(n_under > 100_000);
    // The same page with another word of the same place is the same afterwards: nothing of the word is left.
    let other = Sheet { drawn: "BT /F1 40 Tf 50 380 Td (Orlin) Tj ET", ..WORD };
    let other = open(&saved(pdf(&[other])), 1).unwrap();
    assert_ne!(other, page, "the words are drawn");
    assert_eq!(other.redact(&[region("60,450,400,100")]).unwrap().png(), redacted);
    assert_eq!(page.redact(&[]), Err(RegionError::None));
}

/// A JPEG with words in its properties, its XMP, its comment and its thumbnail, turned as EXIF says.
fn jpeg(picture: &RgbImage, orientation: u8) -> Vec<u8> {
    let mut plain = Vec::new();
    let (width, height) = picture.dimensions();
    JpegEncoder::new_with_quality(&mut plain, 95).write_image(picture, width, height, ExtendedColorType::Rgb8).unwrap();
    let segment =
        |marker: u8, words: &[u8]| [&[0xFF, marker][..], &(words.len() as u16 + 2).to_be_bytes(), words].concat();
    let tag = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        [&tag.to_be_bytes()[..], &kind.to_be_bytes(), &count.to_be_bytes(), &value].concat()
    };
    // Two tags: how it is turned, and an artist whose name stands behind them.
    let artist = b"Zalmira Vek\0";
    let exif = [
        &b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x02"[..],
        &tag(0x0112, 3, 1, [0, orientation, 0, 0]),
        &tag(0x013B, 2, artist.len() as u32, 38_u32.to_be_bytes()),
        &[0; 4],
        artist,
    ]
    .concat();
    let xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>Zalmira Vek</x:xmpmeta>";
    [&plain[..2], &segment(0xE1, &exif), &segment(0xE1, xmp), &segment(0xFE, b"Zalmira Vek"), &plain[2..]].concat()
}

fn nothing_of_the_file_but_its_pixels_is_left() {
    let photo = jpeg(&RgbImage::from_pixel(300, 200, Rgb([200, 90, 40])), 1);
    for (planted, bytes) in [("Zalmira Vek", photo), ("Zalmira", saved(pdf(&[WORD])))] {
        assert!(holds(&bytes, planted), "it was planted");
        let png = open(&bytes, 1).unwrap().redact(&[region("0,400,1000,200")]).unwrap().png();
        assert!(is_bare_png(&png) && !holds(&png, planted));
    }
    let png = open(&saved(pdf(&[WORD])), 1).unwrap().png();
    let (head, end) = png.split_at(png.len() - 12);
    let comment = [&4_u32.to_be_bytes()[..], b"tEXt", b"a\0bc", &[0; 4]].concat();
    assert!(!is_bare_png(&[head, &comment, end].concat()), "words in a chunk of their own");
    assert!(!is_bare_png(&[&png[..], b"behind the end"].concat()) && !is_bare_png(&png[..png.len() - 1]));
    assert!(!is_bare_png(b"%PDF-1.7") && !is_bare_png(b""));
}

fn a_region_grows_to_the_grid_and_leaves_the_rest_as_it_was() {
    let white = RgbImage::from_pixel(1_000, 500, Rgb([255; 3]));
    let mut bytes = Vec::new();
    white.write_to(&mut std::io::Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
    let ends = |typed: &str| inked(&pixels(&open(&bytes, 1).unwrap().redact(&[region(typed)]).unwrap().png())).unwrap();
    // 45 to 75 of 1,000 pixels become 40 to 80; 10 to 15 of 500 become 0 to 40.
    assert_eq!(ends("45,20,30,10"), [40, 0, 79, 78]);
    assert_eq!(ends("41,20,1,1"), ends("45,20,30,10"), "the width of a box tells nothing of the length of a name");
    assert_eq!(ends("999,999,1,1"), [960, 960, 999, 998], "at the edge");
    assert_eq!(ends("0,0,1000,1000"), [0, 0, 999, 998]);
}

fn a_page_is_drawn_as_it_is_seen_turned_and_cropped() {
    // A black square at the lower left of a sheet that is 400 wide and 200 high.
    let square = "0 0 100 100 re f";
    let sheet = |rotate, media, crop, drawn| Sheet { media, crop, rotate, drawn };
    let plain = [0, 0, 400, 200];
    for (what, sheet, size, ink) in [
        ("as it is", sheet(0, plain, None, square), (1_111, 555), [0, 500, 250, 998]),
        ("a quarter to the right", sheet(90, plain, None, square), (555, 1_111), [0, 0, 499, 250]),
        ("on its head", sheet(180, plain, None, square), (1_111, 555), [749, 0, 999, 499]),
        ("a quarter to the left", sheet(-90, plain, None, square), (555, 1_111), [500, 749, 998, 999]),
        ("cropped", sheet(0, plain, Some([50, 50, 250, 150]), square), (555, 277), [0, 500, 250, 998]),
        ("with its corner elsewhere", sheet(0, [-100, -100, 300, 100], None, square), (1_111, 555), [250, 0, 500, 500]),
    ] {
        let seen = pixels(&open(&saved(pdf(&[sheet])), 1).unwrap().png());
        assert_eq!(seen.dimensions(), size, "{what}");
        let found = inked(&seen).unwrap();
        let near = found.iter().zip(ink).all(|(one, other)| one.abs_diff(other) <= 4);
        assert!(near, "{what}: {found:?}, not {ink:?}");
    }
    // A region means the page as it is seen: here the upper left quarter of the turned page, where the square is.
    let turned = saved(pdf(&[sheet(90, plain, None, square)]));
    let redacted = open(&turned, 1).unwrap().redact(&[region("0,0,500,250")]).unwrap().png();
    let white = saved(pdf(&[sheet(90, plain, None, "")]));
    assert_eq!(redacted, open(&white, 1).unwrap().redact(&[region("0,0,500,250")]).unwrap().png());
}

fn a_picture_is_turned_as_its_camera_says() {
    // A dark upper left corner.
    let corner = RgbImage::from_fn(400, 200, |x, y| Rgb([if x < 100 && y < 100 { 0 } else { 255 }; 3]));
    for (orientation, size, ink) in [
        (1, (400, 200), [0, 0, 247, 495]),
        (3, (400, 200), [750, 500, 997, 995]),
        (6, (200, 400), [500, 0, 995, 247]),
        (8, (200, 400), [0, 750, 495, 997]),
    ] {
        let seen = pixels(&open(&jpeg(&corner, orientation), 1).unwrap().png());
        assert_eq!(seen.dimensions(), size, "orientation {orientation}");
        let found = inked(&seen).unwrap();
        assert!(found.iter().zip(ink).all(|(one, other)| one.abs_diff(other) <= 8), "{orientation}: {found:?}");
    }
}

fn a_large_picture_comes_out_smaller_and_one_that_shines_through_on_white() {
    let large = jpeg(&RgbImage::from_pixel(6_000, 3_000, Rgb([9, 9, 9])), 6);
    assert_eq!(open(&large, 1).unwrap().size(), (1_024, 2_048));
    let glass = image::RgbaImage::from_pixel(10, 10, image::Rgba([0, 0, 0, 0]));
    let mut bytes = Vec::new();
    glass.write_to(&mut std::io::Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
    assert_eq!(pixels(&open(&bytes, 1).unwrap().png()).get_pixel(5, 5).0, [255, 255, 255]);
    let deep = image::ImageBuffer::<image::Luma<u16>, _>::from_pixel(3, 3, image::Luma([0x8000]));
    for format in [ImageFormat::Png, ImageFormat::Tiff] {
        let mut bytes = Vec::new();
        deep.write_to(&mut std::io::Cursor::new(&mut bytes), format).unwrap();
        assert_eq!(pixels(&open(&bytes, 1).unwrap().png()).get_pixel(1, 1).0, [128; 3], "{format:?}");
    }
}

fn odd_pages_are_drawn_or_refused_exactly() {
    let two = saved(pdf(&[WORD, WORD]));
    assert_eq!(open(&two, 2).unwrap().pages(), 2);
    for page in [0, 3, u32::MAX] {
        assert_eq!(open(&two, page), Err(TableError::NoSuchPage { asked: page, pages: 2 }));
    }
    let photo = jpeg(&RgbImage::new(9, 9), 1);
    assert_eq!(open(&photo, 2), Err(TableError::NoSuchPage { asked: 2, pages: 1 }));
    assert!(matches!(open(b"<html><body>Zalmira", 1), Err(TableError::NoPicture { .. })));
    assert!(matches!(open(b"", 1), Err(TableError::Empty { .. })));
    assert!(matches!(open(b"%PDF-1.7 nothing follows", 1), Err(TableError::Damaged { .. })));
    assert!(matches!(open(&photo[..40], 1), Err(TableError::Damaged { .. })));
    // A sheet of two miles is drawn as far as memory allows, one of a hair has a pixel.
    let wall = Sheet { media: [0, 0, 14_400, 14_400], ..WORD };
    assert_eq!(open(&saved(pdf(&[wall])), 1).unwrap().size(), (4_096, 4_096));
    let huge = Sheet { media: [0, 0, 2_000_000_000, 10], ..WORD };
    let drawn = open(&saved(pdf(&[huge])), 1).unwrap().size();
    assert!(drawn.0 <= 4_096 && drawn.1 >= 1, "{drawn:?}");
    // Boxes without a size fall back to that of a letter.
    let flat = Sheet { media: [0, 0, 0, 0], ..WORD };
    assert!(open(&saved(pdf(&[flat])), 1).is_ok_and(|page| page.size().0 > 1_000));
    let locked = |user_password: &str| {
        let mut document = pdf(&[WORD]);
        let id = Object::string_literal("0123456789abcdef");
        document.trailer.set("ID", vec![id.clone(), id]);
        let version = EncryptionVersion::V2 {
            document: &document,
            owner_password: "owner",
            user_password,
            key_length: 128,
            permissions: Permissions::all(),
        };
        let state = EncryptionState::try_from(version).unwrap();
        document.encrypt(&state).unwrap();
        saved(document)
    };
    assert_eq!(open(&locked("a password"), 1), Err(TableError::Locked));
    // Everybody can open the other kind: its owner only asks that it be not printed or copied.
    assert_eq!(open(&locked(""), 1).unwrap(), open(&saved(pdf(&[WORD])), 1).unwrap());
    assert_eq!(Picture::open(&two, 1, &Limits::default(), None), Err(TableError::NoWorker));
}

fn a_bomb_of_pixels_is_refused_by_its_header() {
    // A PNG that says that it is 60,000 pixels wide and high, in a hundred bytes.
    let head = [&60_000_u32.to_be_bytes()[..], &60_000_u32.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let chunk = |kind: &[u8], words: &[u8]| {
        let sum = png_sum(&[kind, words].concat());
        [&(words.len() as u32).to_be_bytes()[..], kind, words, &sum.to_be_bytes()].concat()
    };
    let bomb =
        [&b"\x89PNG\r\n\x1A\n"[..], &chunk(b"IHDR", &head), &chunk(b"IDAT", &[0x78, 1]), &chunk(b"IEND", &[])].concat();
    let started = Instant::now();
    assert_eq!(open(&bomb, 1), Err(TableError::TooManyPixels { limit: 100_000_000 }));
    assert!(started.elapsed().as_secs() < 10);
    // A page that draws a picture of as many pixels costs a child at most.
    let mut document = pdf(&[Sheet { drawn: "600 0 0 800 0 0 cm /X Do", ..WORD }]);
    let image = document.add_object(Stream::new(
        dictionary! { "Type" => "XObject", "Subtype" => "Image", "Width" => 60_000, "Height" => 60_000,
        "ColorSpace" => "DeviceRGB", "BitsPerComponent" => 8 },
        b"few".to_vec(),
    ));
    let page = document.page_iter().next().unwrap();
    let resources = dictionary! { "XObject" => dictionary! { "X" => image } };
    document.get_object_mut(page).unwrap().as_dict_mut().unwrap().set("Resources", resources);
    assert!(matches!(open(&saved(document), 1), Ok(_) | Err(TableError::ParserLimit | TableError::Damaged { .. })));
}

/// The checksum of a chunk of PNG.
fn png_sum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum: u32, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 })
    })
}

fn random_damage_never_breaks_the_parent() {
    let files = [saved(pdf(&[WORD])), jpeg(&RgbImage::from_pixel(64, 64, Rgb([1, 200, 3])), 6)];
    // A generator of our own: the same damage on every machine.
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for file in &files {
        for _ in 0..30 {
            let mut bytes = file.clone();
            for _ in 0..=next(6) {
                let at = next(bytes.len());
                bytes[at] = next(256) as u8;
            }
            bytes.truncate(bytes.len() - next(bytes.len() / 4));
            assert_ne!(open(&bytes, 1), Err(TableError::ParserAnswer));
        }
    }
}
