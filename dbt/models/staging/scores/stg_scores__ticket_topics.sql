with

source as (

    select * from {{ source('scores', 'ticket_topics') }}

),

renamed as (

    select
        ticket_id,
        case
            when state in ('sure', 'corrected') then topic
            when state = 'unsure' then 'Unsure'
            when state = 'not understood' then 'Not understood'
            else 'No text'
        end as topic,
        state as topic_state,
        guess as topic_guess,
        confidence as topic_confidence,
        runner_up as topic_runner_up,
        runner_up_confidence as topic_runner_up_confidence
    from source

)

select * from renamed
