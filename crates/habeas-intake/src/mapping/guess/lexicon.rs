//! What the words of a header speak of, in English, Spanish, French, Portuguese, Arabic, Persian and Urdu.

use habeas_core::fold_tokens;
use std::{collections::HashMap, sync::LazyLock};

/// Something that a header speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Concept {
    Id,
    Name,
    Given,
    Family,
    Father,
    Mother,
    MotherFamily,
    Married,
    Alias,
    Sex,
    Male,
    Female,
    Birth,
    Date,
    Year,
    Place,
    Country,
    Province,
    District,
    Tehsil,
    Settlement,
    Site,
    Age,
    Nationality,
    Occupation,
    Residence,
    Document,
    Taken,
    Killed,
    Found,
    Released,
    LastSeen,
    Reported,
    Start,
    End,
    Latitude,
    Longitude,
    Perpetrator,
    Status,
    Text,
    Link,
    Truth,
    Related,
    Code,
    Civil,
    Pregnant,
    Postcode,
}

/// What a header speaks of, in the order of its words, and the number at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Concepts {
    found: Vec<Concept>,
    /// `2` of `location_2`.
    pub number: Option<u8>,
}

impl Concepts {
    pub fn of(header: &str) -> Self {
        let mut spaced = String::with_capacity(header.len() + 8);
        let mut before = ' ';
        for c in header.chars() {
            // `dateOfBirth` and `location2` are several words.
            let new_word = (c.is_uppercase() && before.is_lowercase()) || (c.is_numeric() && before.is_alphabetic());
            if new_word {
                spaced.push(' ');
            }
            spaced.push(c);
            before = c;
        }
        let tokens = fold_tokens(&spaced);
        let number = tokens.last().and_then(|token| token.parse().ok()).filter(|number| *number > 0);
        let mut found = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            let longest = (1..=4.min(tokens.len() - at)).rev().find_map(|length| {
                LEXICON.get(tokens[at..at + length].join(" ").as_str()).map(|concepts| (concepts, length))
            });
            match longest {
                Some((concepts, length)) => {
                    found.extend(concepts.iter().copied());
                    at += length;
                }
                None => at += 1,
            }
        }
        Self { found, number }
    }

    pub fn has(&self, concept: Concept) -> bool {
        self.found.contains(&concept)
    }

    pub fn any(&self, concepts: &[Concept]) -> bool {
        concepts.iter().any(|concept| self.has(*concept))
    }

    /// The first of these that the header names.
    pub fn first_of(&self, concepts: &[Concept]) -> Option<Concept> {
        self.found.iter().copied().find(|concept| concepts.contains(concept))
    }

    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }
}

static LEXICON: LazyLock<HashMap<String, &'static [Concept]>> = LazyLock::new(|| {
    let entries = WORDS.iter().flat_map(|(concepts, words)| {
        words.split(' ').map(|word| (fold_tokens(&word.replace('_', " ")).join(" "), *concepts))
    });
    entries.collect()
});

use Concept as C;
/// A blank parts words, an underscore stands for a blank inside a phrase. A phrase wins over the words in it.
const WORDS: &[(&[Concept], &str)] = &[
    (
        &[C::Id],
        "id no nr num numero número number serial sno s_no sr_no ref reference identifier numéro matricule شماره رقم نمبر نمبر_شمار ids",
    ),
    (
        &[C::Name],
        "name names fullname full_name complete_name nombre nombres nombre_completo nombre_y_apellido nom noms nom_complet nome nomes nome_completo اسم الاسم نام نام_و_نام_خانوادگی victim_name",
    ),
    (
        &[C::Given],
        "given first forename first_name given_name given_names firstname prénom prénoms nombre_de_pila primer_nombre primeiro_nome الاسم_الأول نام_کوچک",
    ),
    (
        &[C::Family],
        "surname last_name lastname family_name family last apellido apellidos apellido_paterno primer_apellido nom_de_famille sobrenome tribe clan قبیلہ قبيلة نام_خانوادگی اسم_العائلة اللقب",
    ),
    (
        &[C::Father],
        "father fathers father_name father_s_name parentage padre nombre_del_padre père nom_du_père pai nome_do_pai والد الأب اسم_الأب اب پدر نام_پدر ولد ولدیت والد_کا_نام s_o",
    ),
    (
        &[C::Mother],
        "mother mothers mother_s_name madre nombre_de_la_madre mère nom_de_la_mère mãe nome_da_mãe والدة الأم اسم_الأم مادر نام_مادر والدہ",
    ),
    (
        &[C::MotherFamily],
        "apellido_materno segundo_apellido mother_s_surname mothers_surname maternal_surname mother_s_maiden_name",
    ),
    (&[C::Married], "married_name apellido_casada apellido_de_casada nom_d_épouse nom_épouse nome_de_casada"),
    (
        &[C::Alias],
        "alias aliases aka nickname nicknames apodo apodos sobrenombre surnom nom_de_guerre apelido apelidos other_names کنیت عرف عرفیت الكنية شهرة",
    ),
    (&[C::Sex], "sex gender sexo sexe genre género gênero الجنس جنس جنسیت صنف"),
    (&[C::Male], "male is_male man hombre varón masculino"),
    (&[C::Female], "female is_female woman mujer femenino"),
    (&[C::Birth], "birth born nacimiento naissance nascimento né الميلاد ميلاد الولادة ولادة تولد پیدائش"),
    (&[C::Birth, C::Date], "dob date_of_birth birthdate birthday fecha_nac"),
    (&[C::Birth, C::Place], "pob birthplace"),
    (&[C::Date], "date dates dated fecha fechas data day daily monthly تاريخ تاریخ"),
    (&[C::Year], "year yr año ano anio année سنة عام سال"),
    (&[C::Place], "place places lugar lugares lieu location locations local locality where مكان المكان محل مقام جای"),
    (&[C::Country], "country pais país pays بلد البلد کشور ملک"),
    (&[C::Province], "province provincia state region región département departamento محافظة المحافظة استان صوبہ"),
    (&[C::District], "district distrito ضلع منطقة"),
    (&[C::Tehsil], "tehsil taluka تحصیل"),
    (
        &[C::Settlement],
        "city ciudad ville cidade town pueblo suburb village localidad municipio municipality barrio مدينة المدينة شہر گاؤں قرية",
    ),
    (&[C::Postcode], "postcode postal_code zip zip_code código_postal code_postal cep"),
    (
        &[C::Residence, C::Site],
        "address domicilio domicilios dirección adresse endereço street street_number street_name عنوان العنوان پتہ نشانی آدرس",
    ),
    (&[C::Residence], "residence resident residencia résidence residência lives_in سكن السكن سکونت"),
    (&[C::Age], "age edad âge idade العمر عمر سن"),
    (
        &[C::Nationality],
        "nationality nacionalidad nationalité nacionalidade citizenship الجنسية تابعیت ملیت قومیت شہریت",
    ),
    (
        &[C::Occupation],
        "occupation occupations profession job ocupación ocupaciones oficio profesión profissão ocupação métier المهنة مهنة شغل پیشہ",
    ),
    (
        &[C::Document],
        "document documents documento documentos dni cnic nic passport pasaporte passeport passaporte ssn soc_sec soc_sec_id social_security identity_card id_card national_id cédula cpf carte_d_identité رقم_الهوية شناختی_کارڈ کد_ملی",
    ),
    (
        &[C::Taken],
        "taken arrest arrested detention detained detención detencion detenido secuestro secuestrado disappearance disappeared desaparición desaparecido abduction abducted kidnapping kidnapped enlèvement disparition arrestation captura captured desaparecimento prisão missing missing_since اختفاء الاختفاء اعتقال الاعتقال خطف مفقود دستگیری بازداشت گمشدگی لاپتہ اغوا گرفتاری ربوده",
    ),
    (
        &[C::Killed],
        "killed killing death died dead deceased asesinato asesinado muerte fallecimiento defunción murder homicide décès mort assassinat morte assassinato قتل القتل الوفاة وفاة موت مرگ کشته ہلاکت وفات",
    ),
    (&[C::Found], "found body_found hallazgo restos hallazgo_de_restos remains exhumation exhumación"),
    (&[C::Released], "released release liberación liberado liberación libération liberação إفراج الإفراج آزادی رہائی"),
    (&[C::LastSeen], "last_seen última_vez vu_pour_la_dernière_fois visto_por_última_vez آخر_مشاهدة"),
    (&[C::Reported], "reported denuncia complaint filed plainte registered fir شكوى شکایت queixa"),
    (&[C::Start], "start begin began inicio début"),
    (&[C::End], "end ended fin"),
    (&[C::Latitude], "latitude lat latitud خط_العرض"),
    (&[C::Longitude], "longitude lon lng long longitud خط_الطول"),
    (
        &[C::Perpetrator],
        "perpetrator perpetrators perpetrador perpetradores taken_by arrested_by abducted_by detained_by responsible responsable auteur alleged_perpetrator الجهة الجاني",
    ),
    (
        &[C::Status],
        "status estado état statut situation situación case_status tipificación violence fate outcome الحالة حالة وضعیت حیثیت حالت",
    ),
    (
        &[C::Text],
        "remarks remark comments comment observaciones notes notas details description remarques observations detalles comentarios ملاحظات توضیحات تبصرہ کیفیت datos artículos additional_comments",
    ),
    (&[C::Link], "link url foto photo photograph fotografía picture image imagen web website صورة عکس تصویر"),
    (&[C::Truth], "cluster truth true_id entity_id ground_truth"),
    (&[C::Related], "related relacionadas relacionados relatives kin simultáneas parientes familiares"),
    (&[C::Code], "code codes código codigo indec iso exact exactitude"),
    (&[C::Civil], "civil marital marital_status estado_civil état_civil الحالة_الاجتماعية"),
    (&[C::Pregnant], "pregnant embarazo embarazada enceinte grávida"),
];
